/** What the operating system says about a process, so that a number from a file is never mistaken for a process. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

export interface ProcessFacts {
  /** Path or name of its program. */
  readonly program: string
  /** Null where the system does not tell. */
  readonly folder: string | null
  readonly startedAt: Date
}

/** Clock ticks per second in /proc; 100 for every program on Linux, whatever the kernel runs at. */
const TICKS_PER_SECOND = 100

/** Null when there is no such process, when it is a zombie, or when the system does not tell (Windows). */
export function processFacts(pid: number): ProcessFacts | null {
  try {
    if (process.platform === 'linux') return factsFromProc(pid)
    if (process.platform === 'win32') return null
    return factsFromPs(pid)
  } catch {
    return null // it ended, or it is none of our business
  }
}

function factsFromProc(pid: number): ProcessFacts | null {
  // The name in brackets may hold anything, brackets too; the fields behind the last one are safe to split.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return null
  const bootedAt = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1])
  const startedAtSeconds = bootedAt + Number(fields[19]) / TICKS_PER_SECOND
  return {
    program: readlinkSync(`/proc/${pid}/exe`),
    folder: readlinkSync(`/proc/${pid}/cwd`),
    startedAt: new Date(startedAtSeconds * 1_000),
  }
}

function factsFromPs(pid: number): ProcessFacts | null {
  const output = execFileSync('ps', ['-o', 'stat=,lstart=,comm=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    timeout: 2_000,
  })
  const [, state = '', startedAt = '', program = ''] =
    /^\s*(\S+)\s+(\w+ +\w+ +\d+ [\d:]+ \d+)\s+(.+?)\s*$/.exec(output) ?? []
  if (program === '' || state.startsWith('Z')) return null
  return { program, folder: null, startedAt: new Date(startedAt) }
}
