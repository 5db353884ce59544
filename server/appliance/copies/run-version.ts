/** Which Homebird the folder was last run with: a file of its own, because it is read before anything else is touched. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../core/atomic-file.ts'
import type { DataDir } from '../../core/data-dir.ts'
import { VERSION } from '../../core/version.ts'

const WELL_FORMED = /^[0-9A-Za-z.+-]{1,64}$/

function versionFile(dir: DataDir): string {
  return join(dir.path, 'homebird.version')
}

/** Null when it was never run, was run before versions were remembered, or the file is damaged: then nothing is known. */
export function readRunVersion(dir: DataDir): string | null {
  try {
    const version = readFileSync(versionFile(dir), 'utf8').trim()
    return WELL_FORMED.test(version) ? version : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** @param version  null forgets it, so that the next start copies whatever it finds */
export function writeRunVersion(dir: DataDir, version: string | null = VERSION): void {
  if (version === null) rmSync(versionFile(dir), { force: true })
  else writeFileAtomically(versionFile(dir), `${version}\n`, 0o600)
}
