/** A program of somebody else that is no such program: one file that can be run, and runs a script of ours instead. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const CHILDREN = join(import.meta.dirname, 'children')

/** Writes it into `folder`, under the name of the script; what is given first is told to it before its own arguments. */
export function placeStandIn(folder: string, script: string, first: readonly string[]): string {
  const path = join(folder, script)
  const words = [process.execPath, join(CHILDREN, `${script}.ts`), ...first].map(quoted)
  writeFileSync(path, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 })
  return path
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`
