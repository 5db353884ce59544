/**
 * PostgreSQL refuses to run as root, so a home that is started by root gives it an account without rights. This
 * file chooses the account, and finds out whether that account can reach what it needs.
 */
import { chmodSync, chownSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** An account of its own comes first, then PostgreSQL's, then the one that owns nothing. */
const PREFERRED = ['homebird', 'postgres', 'nobody']

/**
 * The account to run the database as, or null when this process may run it itself. A cluster that exists keeps the
 * account that it belongs to.
 * @param clusterFolder  may not exist yet
 * @throws HomebirdError DATA_DIR_UNUSABLE when the machine has no such account
 */
export function databaseAccount(clusterFolder: string, passwd = readPasswd()): Account | null {
  if (process.getuid?.() !== 0) return null
  const accounts = parsePasswd(passwd)
  const owner = lstatSync(clusterFolder, { throwIfNoEntry: false })?.uid ?? 0
  const account =
    accounts.find(({ uid }) => owner !== 0 && uid === owner) ??
    PREFERRED.flatMap((name) => accounts.filter((entry) => entry.name === name && entry.uid !== 0))[0]
  if (account !== undefined) return account
  throw new HomebirdError(
    'DATA_DIR_UNUSABLE',
    `the database in ${clusterFolder} cannot be run by root and /etc/passwd names none of ${PREFERRED.join(', ')}; ` +
      'make one with: useradd --system homebird',
  )
}

function readPasswd(): string {
  return readFileSync('/etc/passwd', 'utf8')
}

/** @see passwd(5): name, password, uid, gid, and what does not matter here */
export function parsePasswd(text: string): Account[] {
  const accounts: Account[] = []
  for (const line of text.split('\n')) {
    const [name = '', , uid = '', gid = ''] = line.split(':')
    if (/^\d+$/.test(uid) && /^\d+$/.test(gid)) accounts.push({ name, uid: Number(uid), gid: Number(gid) })
  }
  return accounts
}

/** The first folder on the way to `path` (itself included) that the account cannot pass through, or null. */
export function closedFolderOnTheWay(path: string, account: Account): string | null {
  const parent = dirname(path)
  const above = parent === path ? null : closedFolderOnTheWay(parent, account)
  if (above !== null) return above
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null // it is yet to be made, by us
  if (!found.isDirectory()) return null
  const bit = found.uid === account.uid ? 0o100 : found.gid === account.gid ? 0o010 : 0o001
  return (found.mode & bit) === 0 ? path : null
}

/**
 * Lets the account, and nobody else, pass through the data directory to the database below. It cannot list it.
 * @throws HomebirdError DATA_DIR_UNUSABLE naming the folder above that is closed
 */
export function openTheWay(dir: DataDir, account: Account): void {
  for (const folder of [dir.path, dir.postgres]) {
    chownSync(folder, statSync(folder).uid, account.gid)
    chmodSync(folder, 0o710)
  }
  const closed = closedFolderOnTheWay(dir.postgres, account)
  if (closed === null) return
  throw new HomebirdError(
    'DATA_DIR_UNUSABLE',
    `the folder ${closed} is closed to user ${account.name}, who runs the database because root must not; ` +
      `allow passing through it (chmod o+x), or choose another data directory than ${dir.path}`,
    { details: { folder: closed } },
  )
}

/** Gives a folder with all that is in it to the account; links are not followed. */
export function giveTo(folder: string, account: Account): void {
  const { uid, gid } = lstatSync(folder)
  if (uid !== account.uid || gid !== account.gid) chownSync(folder, account.uid, account.gid)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), account.uid, account.gid)
  }
}
