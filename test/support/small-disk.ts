/** A disk of a few hundred megabytes, in memory, that a test can fill to the last byte. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './find-program.ts'

const MOUNT = findProgram('mount') ?? 'mount'
const UMOUNT = findProgram('umount') ?? 'umount'
const MEGABYTE = 1_048_576
const CHUNK = Buffer.alloc(MEGABYTE)

export interface SmallDisk extends Disposable {
  /** Where it stands; empty at first. */
  readonly folder: string
  freeMegabytes(): number
  /** By a file of another program, until so much is free; 0 leaves no byte. */
  fillTo(megabytes: number): void
  /** That file goes. */
  empty(): void
  /** It has this size from now on: full without a byte of memory where that is what lies on it. */
  resize(megabytes: number): void
}

/** Null where disks may be mounted; else the line to skip with. */
export const NO_SMALL_DISK = whyNone()

export function openSmallDisk(megabytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'hb-small-'))
  mount(folder, megabytes)
  const filler = join(folder, 'filler')
  const freeMegabytes = (): number => {
    const { bavail, bsize } = statfsSync(folder)
    return (bavail * bsize) / MEGABYTE
  }
  return {
    folder,
    freeMegabytes,
    fillTo(wanted) {
      const file = openSync(filler, 'a')
      try {
        while (freeMegabytes() > wanted) {
          const most = Math.min(MEGABYTE, Math.ceil((freeMegabytes() - wanted) * MEGABYTE))
          writeSync(file, CHUNK, 0, most)
        }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      } finally {
        closeSync(file)
      }
    },
    empty: () => rmSync(filler, { force: true }),
    resize: (wanted) => mount(folder, wanted, 'remount,'),
    [Symbol.dispose]() {
      execFileSync(UMOUNT, ['--lazy', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function mount(folder: string, megabytes: number, how: '' | 'remount,' = ''): void {
  execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `${how}size=${megabytes}m,mode=755`, 'tmpfs', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

function whyNone(): string | null {
  if (process.platform !== 'linux') return 'skipped: small disks in memory are made on Linux only'
  if (process.getuid?.() !== 0) return 'skipped: only root may mount a small disk'
  const folder = mkdtempSync(join(tmpdir(), 'hb-small-'))
  try {
    mount(folder, 1)
    execFileSync(UMOUNT, [folder])
    return null
  } catch {
    return 'skipped: mounting is not permitted here'
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
