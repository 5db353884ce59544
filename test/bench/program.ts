/**
 * The program as its users start it: bundled, as it is given away. A checkout runs its sources, whose thousand files are
 * found and read one by one at every start; what is measured is what people have.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { STAGED_APP } from '../../build/packaging/places.ts'
import { buildWindow } from '../support/window-home.ts'

const PACK = join(import.meta.dirname, '..', '..', 'build', 'pack.ts')

let made: Promise<string> | null = null

/** Another one, such as that of a version before. @param cli  the file of its command line */
export function useProgram(cli: string): void {
  made = Promise.resolve(cli)
}

/** Made once for a run, by the first who asks. @returns the file of its command line */
export async function givenAwayProgram(): Promise<string> {
  made ??= make()
  return made
}

async function make(): Promise<string> {
  console.error('bench: the program is put together as it is given away …')
  await buildWindow()
  await promisify(execFile)(process.execPath, [PACK, 'stage'])
  return join(STAGED_APP, 'server', 'cli.js')
}
