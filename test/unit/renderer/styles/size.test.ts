import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const RENDERER = join(import.meta.dirname, '..', '..', '..', '..', 'renderer')
/** As the lint has it for code. */
const MOST_LINES = 400

test('no sheet of styles is longer than code may be', () => {
  const sheets = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.css') && !path.startsWith('dist'),
  )
  assert.ok(sheets.length > 50)
  const linesOf = (path: string): number =>
    readFileSync(join(RENDERER, path), 'utf8').trimEnd().split('\n').length
  assert.deepEqual(
    sheets.filter((path) => linesOf(path) > MOST_LINES),
    [],
  )
})
