/**
 * Which computer speaks belongs to the home, not to the folder: where another home takes its place, what was noted of the one that
 * stood there goes with that one, and comes back with it.
 */
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease } from '../../contracts/hand-over.ts'
import { LEASE_FILE, readLease, writeLease } from '../../core/lease-file.ts'
import { systemIdentifier } from '../postgres-orphan.ts'

interface Places {
  readonly home: string
  readonly staged: string
}

/** Before anything changes places: what is noted of the home that stands there does not hold for what is staged. */
export function leavesLease({ home, staged }: Places, clusters: { home: string; staged: string }): boolean {
  const lease = leaseIn(home)
  if (lease === null) return false
  if (existsSync(join(staged, LEASE_FILE))) return true
  // Where the word was given away it is away, whichever of the homes that were here stands here.
  return lease.phase === 'taken' && isOther(clusters.home, clusters.staged)
}

/**
 * A backup may be of the very home that was taken over, and does not say so: what is loaded from it does not speak either until
 * the other machine has said that it is silent, or somebody says so on purpose. What stood there keeps what was noted of it.
 */
export function keepTakenLease({ home, staged }: Places): void {
  const lease = leaseIn(home)
  if (lease?.phase === 'taken' && !existsSync(join(staged, LEASE_FILE))) writeLease(staged, lease)
}

/** Whether the home was taken over, and the other machine has not said yet that it is silent. */
export const isTaken = (home: string): boolean => leaseIn(home)?.phase === 'taken'

/** May be done again, however far it came before. */
export function moveLease({ home, staged }: Places, kept: string, leaves: boolean): void {
  const [now, next, former] = [home, staged, kept].map((folder) => join(folder, LEASE_FILE))
  if (now === undefined || next === undefined || former === undefined) return
  if (leaves && existsSync(now) && !existsSync(former)) renameSync(now, former)
  if (existsSync(next)) renameSync(next, now)
}

function leaseIn(folder: string): Lease | null {
  try {
    return readLease(folder)
  } catch {
    return null // a damaged one stays where it is, and is told at the next start
  }
}

function isOther(one: string, other: string): boolean {
  try {
    return systemIdentifier(one) !== systemIdentifier(other)
  } catch {
    return false // nobody knows; a home that is silent can be told to speak, a word that went out cannot be taken back
  }
}
