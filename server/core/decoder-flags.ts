/** What a decoder under Node's permission model may do: read the program, and nothing else. */
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const SERVER = join(import.meta.dirname, '..')

/** @param entry  its program */
export function decoderFlags(entry: string, heapMb?: number | null): string[] {
  return [
    '--title=homebird decoder',
    ...(heapMb ? [`--max-old-space-size=${heapMb}`] : []),
    '--permission',
    '--allow-addons',
    ...readableFolders(entry).map((folder) => `--allow-fs-read=${folder}`),
    // What it may do is said here in full; that add-ons may do more is known.
    '--disable-warning=SecurityWarning',
  ]
}

/** The program itself and what it is made of. */
function readableFolders(entry: string): string[] {
  const sharp = fileURLToPath(import.meta.resolve('sharp'))
  const packages = sharp.slice(0, sharp.indexOf(`${sep}node_modules${sep}`))
  return [join(packages, 'node_modules', '*'), join(packages, 'package.json'), join(SERVER, '*'), entry]
}
