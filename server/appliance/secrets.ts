/** Secrets of the appliance itself: random, one file each, readable by this user only. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../core/atomic-file.ts'
import type { DataDir } from '../core/data-dir.ts'

const SECRET_BYTES = 32
const WELL_FORMED = /^[\w-]{43}$/

/** 256 random bits as 43 letters that need no quoting anywhere. */
export function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** Null when it is absent or damaged, in which case it is of no use. */
export function readSecret(dir: DataDir, name: string): string | null {
  try {
    const secret = readFileSync(join(dir.secrets, name), 'utf8').trim()
    return WELL_FORMED.test(secret) ? secret : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

export function saveSecret(dir: DataDir, name: string, secret: string): void {
  writeFileAtomically(join(dir.secrets, name), `${secret}\n`, 0o600)
}
