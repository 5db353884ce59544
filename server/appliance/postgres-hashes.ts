/**
 * Proves that the database's programs are those that this Homebird was given away with, before any of them runs. The list
 * of hashes is part of the program, and signed with it where programs are.
 * @see security rule 94
 */
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { writeFileAtomically } from '../core/atomic-file.ts'
import { IS_BUNDLE } from '../core/entry-file.ts'
import { HomebirdError } from '../core/errors.ts'

export interface PostgresList {
  /** Of the package that brings them. */
  readonly version: string
  /** SHA-256 by path below the folder, with `/`. */
  readonly files: Readonly<Record<string, string>>
  /** Where links lead, which are names of libraries. */
  readonly links: Readonly<Record<string, string>>
}

const LISTS = join(import.meta.dirname, '..', '..', 'resources', 'database')

/**
 * The list for this machine, or null where what npm has checked when it installed is trusted: in a checkout, and where whoever
 * packed for npm has said so.
 * @throws HomebirdError DATABASE_UNSUITABLE where it cannot be read, or a bundle has lost it
 */
export function ownPostgresList(folder = LISTS, isBundle = IS_BUNDLE): PostgresList | null {
  const path = join(folder, `${process.platform}-${process.arch}.json`)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PostgresList | null
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isMissing && !isBundle) return null
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `the list of the database's programs, ${path}, ${isMissing ? 'is missing' : 'cannot be read'}; install Homebird ` +
        'again, or name an external PostgreSQL in HOMEBIRD_DATABASE_URL',
      { cause: error },
    )
  }
}

/** The list of a folder as it is now: made when Homebird is packed. */
export async function listPostgres(folder: string, version: string): Promise<PostgresList> {
  const files: Record<string, string> = {}
  const links: Record<string, string> = {}
  for (const { path, isLink } of entriesOf(folder)) {
    if (isLink) links[path] = readlinkSync(join(folder, path))
    else files[path] = await hashOf(join(folder, path))
  }
  return { version, files, links }
}

/**
 * Reads every file, about 60 MB in a tenth of a second; but only once, as long as none of them changes. What has the same
 * size, inode and moments of change as when it was read is the same file: the moment of the last change of the inode is
 * set by the system alone.
 * @param recordFile  keeps what was proven
 * @returns whether they were read, or are as they were proven before
 * @throws HomebirdError DATABASE_UNSUITABLE naming the first file that differs, is missing, or is nobody's
 */
export async function verifyPostgres(
  folder: string,
  list: PostgresList,
  recordFile: string,
): Promise<'verified' | 'unchanged'> {
  mendLinks(folder, list)
  const entries = entriesOf(folder)
  const proof = proofOf(folder, entries, list)
  if (readRecord(recordFile) === proof) return 'unchanged'
  for (const { path, isLink } of entries) {
    const isOurs = isLink
      ? list.links[path] === readlinkSync(join(folder, path))
      : list.files[path] !== undefined && list.files[path] === (await hashOf(join(folder, path)))
    if (isOurs) continue
    const isKnown = path in list.files || path in list.links
    throw refusal(folder, path, isKnown ? 'was changed' : 'does not belong to it')
  }
  const present = new Set(entries.map(({ path }) => path))
  const missing = [...Object.keys(list.files), ...Object.keys(list.links)].find((path) => !present.has(path))
  if (missing !== undefined) throw refusal(folder, missing, 'is missing')
  writeFileAtomically(recordFile, proof, 0o600)
  return 'verified'
}

/** Where npm runs no scripts of packages, the names of libraries are not there yet; the list says them all. */
function mendLinks(folder: string, list: PostgresList): void {
  for (const [path, target] of Object.entries(list.links)) {
    const place = join(folder, path)
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue
    try {
      symlinkSync(target, place)
    } catch {
      return // the folder belongs to somebody else: the missing name is told below
    }
  }
}

function refusal(folder: string, path: string, what: string): HomebirdError {
  return new HomebirdError(
    'DATABASE_UNSUITABLE',
    `the database is not started: ${join(folder, path)} ${what} since Homebird was packed; install Homebird again ` +
      'from where you trust it, your home stays as it is',
    { details: { path } },
  )
}

interface Entry {
  readonly path: string
  readonly isLink: boolean
}

function entriesOf(folder: string): readonly Entry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      path: relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'),
      isLink: entry.isSymbolicLink(),
    }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

function proofOf(folder: string, entries: readonly Entry[], list: PostgresList): string {
  const hash = createHash('sha256').update(JSON.stringify(list)).update(folder)
  for (const { path } of entries) {
    const { size, ino, mtimeNs, ctimeNs } = lstatSync(join(folder, path), { bigint: true })
    hash.update(`\0${path}\0${size} ${ino} ${mtimeNs} ${ctimeNs}`)
  }
  return hash.digest('hex')
}

function readRecord(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // nothing was proven yet, or it cannot be said: everything is read
  }
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}
