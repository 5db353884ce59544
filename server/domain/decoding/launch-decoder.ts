/** Starts a decoder process: it may write nothing, start nothing, and knows neither database nor settings. */
import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const SERVER = join(import.meta.dirname, '..', '..')

export const DECODER_ENTRY = join(SERVER, 'decoder.ts')

export interface DecoderLaunch {
  readonly entry: string
  /** The one file it reads, as an open descriptor; without it what it reads is sent to it. */
  readonly fd?: number
  /** Most MiB of JavaScript objects; pixels are not among them. */
  readonly heapMb?: number
}

export function launchDecoder({ entry, fd, heapMb }: DecoderLaunch): ChildProcess {
  return fork(entry, [], {
    stdio: ['ignore', 'ignore', 'pipe', ...(fd === undefined ? [] : [fd]), 'ipc'],
    serialization: 'advanced',
    env: { MALLOC_ARENA_MAX: '2' },
    execArgv: [
      '--title=homebird decoder',
      ...(heapMb === undefined ? [] : [`--max-old-space-size=${heapMb}`]),
      '--permission',
      '--allow-addons',
      ...readableFolders(entry).map((folder) => `--allow-fs-read=${folder}`),
      // What it may do is said here in full; that add-ons may do more is known.
      '--disable-warning=SecurityWarning',
    ],
  })
}

/** The program itself and what it is made of. */
function readableFolders(entry: string): string[] {
  const sharp = fileURLToPath(import.meta.resolve('sharp'))
  const packages = sharp.slice(0, sharp.indexOf(`${sep}node_modules${sep}`))
  return [join(packages, 'node_modules', '*'), join(packages, 'package.json'), join(SERVER, '*'), entry]
}

/** Null where the system does not tell. */
export function residentBytes(pid: number | undefined): number | null {
  if (process.platform !== 'linux' || pid === undefined) return null
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1_024
  } catch {
    return null // it has just ended
  }
}
