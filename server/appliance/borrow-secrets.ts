/** Lends the secrets of a home to a command: as they lie there, or by the key that the running home holds. */
import type { DataDir } from '../core/data-dir.ts'
import { PLAIN_BOX, SecretBox, SecretFolder } from '../core/secret-box.ts'
import { askControlSocket } from './control-socket.ts'
import { isDataDirLocked, readLockHolder } from './data-dir-lock.ts'
import { sealedWithoutDesktop } from './seal.ts'
import { readSealState } from './seal-file.ts'

/**
 * The running home tells the key to whoever may open its control socket: this user only, whose files are the whole database.
 * @throws HomebirdError SECRETS_SEALED where they are sealed and the home does not run, NOT_RUNNING while it starts
 */
export async function borrowSecrets(dir: DataDir): Promise<SecretFolder> {
  if (readSealState(dir).key === null) return new SecretFolder(dir.secrets, PLAIN_BOX)
  const controlSocket = isDataDirLocked(dir) ? (readLockHolder(dir)?.controlSocket ?? null) : null
  if (controlSocket === null) throw sealedWithoutDesktop(dir)
  const key = await askControlSocket(controlSocket, { kind: 'secrets_key' })
  return new SecretFolder(dir.secrets, new SecretBox(typeof key === 'string' ? key : null))
}
