/** How backups and the objects beside them are called in a place. */
import { createHmac, hkdfSync } from 'node:crypto'

const STAMP = /^homebird-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z(?:-[0-9a-f]{6})?(-whole)?\.backup$/

export interface BackupName {
  readonly name: string
  readonly madeAt: Date
  readonly isWhole: boolean
}

/**
 * Two homes that keep their backups in one place make them in the same second of the night now and then: neither may lie where
 * the other does.
 * @param key  the backup key, base64url; the same home has the same six letters every time, and they tell nothing of it
 */
export function backupName(madeAt: Date, isWhole: boolean, key: string): string {
  const stamp = madeAt
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  const home = Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64url'), '', 'homebird backup names', 3))
  return `homebird-${stamp}-${home.toString('hex')}${isWhole ? '-whole' : ''}.backup`
}

/** Null for what is no backup. */
export function readBackupName(name: string): BackupName | null {
  const [, year, month, day, hour, minute, second, whole] = STAMP.exec(name) ?? []
  const madeAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(madeAt.getTime()) ? null : { name, madeAt, isWhole: whole !== undefined }
}

/** Where backups begin and where sealed media lie, in any place. */
export const BACKUP_PREFIX = 'homebird-'
export const MEDIA_PREFIX = 'media/'

/**
 * The same medium has the same name in every place and at every time, and tells nobody what it is.
 * @param key  the backup key, base64url
 */
export function mediumNamer(key: string): (sha256: string) => string {
  const secret = Buffer.from(
    hkdfSync('sha256', Buffer.from(key, 'base64url'), '', 'homebird media names', 32),
  )
  return (sha256) => {
    const hex = createHmac('sha256', secret).update(sha256).digest('hex')
    return `${MEDIA_PREFIX}${hex.slice(0, 2)}/${hex.slice(2)}`
  }
}

/** SHA-256 that the key of a medium says, in hex. */
export const sha256OfMedium = (key: string): string => key.replace('/', '').replace(/\..*$/, '')
