/** The backup key of the home and its locks, as they lie with its secrets. */
import type { BackupKeys, BackupLocks, KeyLock } from '../../contracts/keeping.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import { randomSecret, readSecret, saveSecret } from '../secrets.ts'

const KEY_FILE = 'backup-key'
const LOCKS_FILE = 'backup-locks.json'

/** Null where the home has none yet. @throws HomebirdError SECRETS_SEALED */
export const readBackupKey = (secrets: SecretFolder): string | null => readSecret(secrets, KEY_FILE)

/** Made when they are first asked for. @throws HomebirdError SECRETS_SEALED */
export function backupKeysIn(secrets: SecretFolder): BackupKeys {
  const key = readSecret(secrets, KEY_FILE)
  if (key !== null) return { key, locks: readLocks(secrets) }
  const made = randomSecret()
  saveSecret(secrets, KEY_FILE, made)
  // Those of a key that was lost open nothing any more.
  secrets.remove(LOCKS_FILE)
  return { key: made, locks: [] }
}

export function locksOf({ locks }: BackupKeys): BackupLocks {
  return {
    passphrase: locks.some(({ by }) => by === 'passphrase'),
    recovery: locks.some(({ by }) => by === 'recovery'),
  }
}

/** @param words  null takes the lock away from backups to come. @throws HomebirdError UNPROCESSABLE */
export async function setBackupLock(
  secrets: SecretFolder,
  by: KeyLock['by'],
  words: string | null,
): Promise<BackupKeys> {
  // Argon2 is machine code that a supervisor has no other use for.
  const { lockKey } = await import('../../core/key-lock.ts')
  const { key, locks } = backupKeysIn(secrets)
  const others = locks.filter((lock) => lock.by !== by)
  const now = words === null ? others : [...others, await lockKey(by, words, key)]
  secrets.write(LOCKS_FILE, `${JSON.stringify(now)}\n`)
  return { key, locks: now }
}

function readLocks(secrets: SecretFolder): readonly KeyLock[] {
  const text = secrets.read(LOCKS_FILE)?.toString('utf8') ?? '[]'
  try {
    return JSON.parse(text) as readonly KeyLock[]
  } catch (cause) {
    throw new HomebirdError(
      'DATA_DIR_UNUSABLE',
      `${secrets.pathOf(LOCKS_FILE)} is damaged; remove it and give the passphrase of backups again`,
      { cause },
    )
  }
}
