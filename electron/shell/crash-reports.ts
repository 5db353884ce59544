/** What is written when a process of the shell falls: kept on this computer, bounded, sent to nobody. */
import { type Dirent, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronParts } from '../electron-parts.ts'

/** Each holds what was in the memory of a process: few are enough, and fewer are better. */
const MOST_REPORTS = 5
const MOST_BYTES = 100 * 1_000_000
const MOST_AGE_MS = 30 * 24 * 3_600_000

interface ReportFile {
  readonly path: string
  readonly bytes: number
  readonly at: number
}

/**
 * As early as possible: what falls before is not written down. Never throws: a shell without reports is still one.
 * @param folderOf  below the data directory; made where it is not there
 */
export function keepCrashReports(
  { app, crashReporter }: Pick<ElectronParts, 'app' | 'crashReporter'>,
  folderOf: () => string,
  notice: (message: string) => void = (message) => void process.stderr.write(`${message}\n`),
): void {
  let folder = 'the folder of the home'
  try {
    folder = folderOf()
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    pruneReports(folder, Date.now())
    app.setPath('crashDumps', folder)
    crashReporter.start({ uploadToServer: false })
  } catch (error) {
    notice(`crash reports cannot be kept in ${folder}: ${String(error)}`)
  }
}

/** Crashpad prunes only what it sends. @returns how many reports are left */
export function pruneReports(folder: string, now: number): number {
  const reports = listFiles(folder).filter(({ path }) => path.endsWith('.dmp'))
  let bytes = 0
  const kept = reports
    .toSorted((a, b) => b.at - a.at)
    .filter((report, place) => {
      bytes += report.bytes
      if (place < MOST_REPORTS && bytes <= MOST_BYTES && now - report.at <= MOST_AGE_MS) return true
      rmSync(report.path, { force: true })
      rmSync(report.path.replace(/\.dmp$/, '.meta'), { force: true })
      return false
    })
  return kept.length
}

function listFiles(folder: string): ReportFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry: Dirent) => {
      const path = join(entry.parentPath, entry.name)
      const facts = statSync(path, { throwIfNoEntry: false })
      return facts === undefined ? [] : [{ path, bytes: facts.size, at: facts.mtimeMs }]
    })
}
