/**
 * A wall clock that jumps for every process of a home, its database among them, while their other clocks go on: a library that
 * each of them loads, in a view of the file system of their own.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './find-program.ts'

const SOURCE = join(import.meta.dirname, 'native', 'jumping-clock.c')
const COMPILER = findProgram('cc')
const UNSHARE = findProgram('unshare') ?? 'unshare'
const NANOSECONDS_PER_MS = 1_000_000n
/** The loader reads the names of such libraries in `/etc`, of which these processes see a copy. */
const WITHIN = `set -e
mount -t tmpfs -o mode=755 tmpfs "$0"
cp -a /etc/. "$0"
echo "$1" > "$0/ld.so.preload"
mount --bind "$0" /etc
shift
exec "$@"`

export interface JumpingClock extends Disposable {
  /** Put before a command, it runs by this clock. */
  readonly within: readonly string[]
  /** From now on it is so far off. */
  set(offsetMs: number): void
}

/** Null where there can be one; else the line to skip with. */
export const NO_JUMPING_CLOCK = whyNone()

export function openJumpingClock(): JumpingClock {
  const folder = mkdtempSync(join(tmpdir(), 'hb-clock-'))
  chmodSync(folder, 0o755)
  const [jump, library, etc] = [
    join(folder, 'jump'),
    join(folder, 'clock.so'),
    mkdtempSync(join(folder, 'etc-')),
  ]
  writeFileSync(jump, Buffer.alloc(8), { mode: 0o644 })
  execFileSync(
    COMPILER ?? 'cc',
    ['-shared', '-fPIC', '-O2', `-DJUMP_FILE="${jump}"`, '-o', library, SOURCE],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  return {
    within: [UNSHARE, '--mount', 'sh', '-c', WITHIN, etc, library],
    set(offsetMs) {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(BigInt(offsetMs) * NANOSECONDS_PER_MS)
      const file = openSync(jump, 'r+')
      writeSync(file, bytes)
      closeSync(file)
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function whyNone(): string | null {
  if (process.platform !== 'linux') return 'skipped: a clock that jumps is made on Linux only'
  if (process.getuid?.() !== 0) return 'skipped: only root may give programs another clock'
  if (COMPILER === null || COMPILER === undefined) return 'skipped: there is no compiler of C'
  try {
    const clock = openJumpingClock()
    try {
      clock.set(86_400_000)
      const [first = '', ...rest] = clock.within
      const said = execFileSync(first, [...rest, process.execPath, '-p', 'Date.now()'], { encoding: 'utf8' })
      return Number(said) > Date.now() + 80_000_000
        ? null
        : 'skipped: the clock of programs cannot be changed here'
    } finally {
      clock[Symbol.dispose]()
    }
  } catch {
    return 'skipped: programs cannot be given another clock here'
  }
}
