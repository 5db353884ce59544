/**
 * By it a router knows this home again: what was opened before the process was killed is renewed after it, and not refused as
 * somebody else's.
 */
import { randomBytes } from 'node:crypto'
import type { SecretFolder } from '../../core/secret-box.ts'

const FILE = 'tunnel_mapping'
const SECRET_BYTES = 32

/**
 * Takes the one that is there, or makes it; one that is damaged is made anew.
 * @throws the error of the file system
 */
export async function mappingSecretIn(secrets: SecretFolder): Promise<Buffer> {
  const kept = secrets.readSound(FILE)
  if (kept?.length === SECRET_BYTES) return kept
  const secret = randomBytes(SECRET_BYTES)
  secrets.write(FILE, secret)
  return secret
}
