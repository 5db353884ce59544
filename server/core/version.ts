/** The version of this program, as its package says it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

function readVersion(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return version
}

export const VERSION: string = readVersion()
export const SOURCE_URL = 'https://www.npmjs.com/package/homebird'
