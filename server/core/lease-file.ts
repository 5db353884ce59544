/**
 * Which of two machines speaks for a home that was handed over: a small file in the folder of each. Where there is none this
 * machine speaks. It is no part of any backup; of a home that another takes the place of, it lies with what is kept of that one.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease } from '../contracts/hand-over.ts'
import { syncFolder, writeFileAtomically } from './atomic-file.ts'
import { HomebirdError } from './errors.ts'

export const LEASE_FILE = 'hand-over.json'

/**
 * @returns null where this machine speaks
 * @throws HomebirdError DATA_DIR_UNUSABLE for a damaged one: then nobody knows
 */
export function readLease(folder: string): Lease | null {
  const path = join(folder, LEASE_FILE)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw unreadable(path, error)
  }
  try {
    const lease = JSON.parse(text) as Lease
    if (lease.phase === 'given' || lease.phase === 'taken') return lease
  } catch (error) {
    throw unreadable(path, error)
  }
  throw unreadable(path)
}

function unreadable(path: string, cause?: unknown): HomebirdError {
  return new HomebirdError(
    'DATA_DIR_UNUSABLE',
    `${path} cannot be read, which says whether this home was handed over to another computer; if it was not, or the other one is off for good, remove the file and start again`,
    { cause },
  )
}

/** Durable when it returns. */
export function writeLease(folder: string, lease: Lease): void {
  writeFileAtomically(join(folder, LEASE_FILE), `${JSON.stringify(lease)}\n`, 0o600)
}

/** From here on this machine speaks. */
export function removeLease(folder: string): void {
  rmSync(join(folder, LEASE_FILE), { force: true })
  syncFolder(folder)
}
