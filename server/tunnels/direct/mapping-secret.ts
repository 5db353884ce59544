/**
 * By it a router knows this home again: what was opened before the process was killed is renewed after it, and not refused as
 * somebody else's.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomically } from '../../core/atomic-file.ts'

const FILE = 'tunnel_mapping'
const SECRET_BYTES = 32

/**
 * Takes the one that is there, or makes it; one that is damaged is made anew.
 * @param secretsDir  folder of the home's secrets; the file is readable by this user only
 * @throws the error of the file system
 */
export async function mappingSecretIn(secretsDir: string): Promise<Buffer> {
  const path = join(secretsDir, FILE)
  const kept = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  })
  if (kept?.length === SECRET_BYTES) return kept
  const secret = randomBytes(SECRET_BYTES)
  writeFileAtomically(path, secret, 0o600)
  return secret
}
