/** Runs npm, wherever it is. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const MOST_OUTPUT = 16 * 1_048_576

/** @returns what it printed. @throws with its words */
export async function npm(words: readonly string[], cwd: string): Promise<string> {
  // Run by npm, its own program is named; else the one of the path is taken.
  const own = process.env['npm_execpath']
  const [program, first] = own?.endsWith('.js') === true ? [process.execPath, [own]] : ['npm', []]
  const { stdout } = await promisify(execFile)(program, [...first, ...words, '--loglevel=error'], {
    cwd,
    maxBuffer: MOST_OUTPUT,
    shell: process.platform === 'win32',
  })
  return stdout
}
