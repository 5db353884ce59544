/** What lies in the archive of a backup, entry by entry, with the manifest of all of it at the end. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { HomebirdError } from '../../core/errors.ts'
import { SecretFolder } from '../../core/secret-box.ts'
import type { Snapshot } from '../../db/copies/snapshot.ts'
import { DigestRows } from '../../db/row-digest.ts'
import type { TableShape } from '../../db/table-shapes.ts'
import { copyPlainSettings } from '../../storage/plain-settings.ts'
import type { ArchiveEntry } from '../format/archive.ts'
import { through } from '../format/through.ts'
import {
  ABOUT_ENTRY,
  type BackupAbout,
  type BackupManifest,
  MANIFEST_ENTRY,
  MEDIA_FOLDER,
  MEDIA_LIST_FOLDER,
  type ManifestFile,
  type ManifestTable,
  type MediaLine,
  SECRETS_FOLDER,
  SETTINGS_ENTRY,
  TABLES_FOLDER,
} from '../format/manifest.ts'
import { sha256OfMedium } from '../format/names.ts'
import type { MediaCopier, MediaFile } from './media-copier.ts'
import type { BackupNeeds } from './backup-needs.ts'

/** A table is cut into parts of this size, as an archive has to know the size of an entry before it. */
const PART_BYTES = 1_048_576
const MOST_MISSING = 1_000
/**
 * The state of a keychain and the passwords of a cluster: they belong to this machine and open nothing elsewhere.
 * @see appliance/seal-file, appliance/postgres-files
 */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set(['seal.json', 'postgres-admin', 'postgres-home'])

interface EntrySources extends BackupNeeds {
  readonly snapshot: Snapshot
  /** Null where media lie inside. */
  readonly copier: MediaCopier | null
  readonly about: BackupAbout
}

export async function* archiveEntries(
  sources: EntrySources,
  finished: (manifest: BackupManifest) => void,
): AsyncGenerator<ArchiveEntry> {
  const { snapshot, about } = sources
  yield entryOf(ABOUT_ENTRY, JSON.stringify(about))
  const tables: ManifestTable[] = []
  for (const table of snapshot.tables) tables.push(yield* tableEntries(sources, table))
  const files: ManifestFile[] = []
  yield* withHash(settingsEntry(sources), files)
  yield* withHash(secretEntries(sources), files)
  const media = yield* mediaEntries(sources)
  const manifest = { about, tables, sequences: snapshot.sequences, files, media }
  finished(manifest)
  yield entryOf(MANIFEST_ENTRY, JSON.stringify(manifest))
}

async function* tableEntries(
  { snapshot, progress, signal }: EntrySources,
  table: TableShape,
): AsyncGenerator<ArchiveEntry, ManifestTable> {
  const { name } = table
  const digest = new DigestRows()
  try {
    const counted = counting(through(snapshot.copy(table), digest), (chunk) => {
      signal.throwIfAborted()
      progress.add(chunk.length)
    })
    yield* inParts(`${TABLES_FOLDER}${name}/`, counted)
  } catch (cause) {
    if (signal.aborted || cause instanceof HomebirdError) throw cause
    const why = `the table ${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `${why}; no backup was made, and those before are kept. If it speaks of a checksum or an invalid page, the disk is failing`,
      { cause },
    )
  }
  return { ...table, ...digest.result() }
}

async function* settingsEntry({ dir, box }: EntrySources): AsyncGenerator<ArchiveEntry> {
  await mkdir(dir.spool, { recursive: true, mode: 0o700 })
  const path = join(dir.spool, `backup-settings-${process.pid}.sqlite`)
  try {
    await copyPlainSettings(dir.applianceDatabase, path, box)
    const { size } = await stat(path)
    yield { name: SETTINGS_ENTRY, bytes: size, content: createReadStream(path) }
  } finally {
    await rm(path, { force: true })
  }
}

async function* secretEntries({ dir, box }: EntrySources): AsyncGenerator<ArchiveEntry> {
  const secrets = new SecretFolder(dir.secrets, box)
  const found = await readdir(dir.secrets, { recursive: true, withFileTypes: true })
  for (const entry of found) {
    const name = relative(dir.secrets, join(entry.parentPath, entry.name)).split(sep).join('/')
    const isOurs = entry.isFile() && !entry.name.startsWith('.') && !OF_THIS_MACHINE.has(name)
    const content = isOurs ? secrets.read(name) : null
    if (content !== null) yield entryOf(`${SECRETS_FOLDER}${name}`, content)
  }
}

async function* mediaEntries(sources: EntrySources): AsyncGenerator<ArchiveEntry, BackupManifest['media']> {
  const { snapshot, progress } = sources
  const hash = createHash('sha256')
  const total = { files: 0, bytes: 0 }
  const missing: string[] = []
  progress.begin('media', 'files', null)
  const lines: MediaLine[] = []
  let number = 0
  const flush = (): ArchiveEntry => {
    const text = Buffer.from(
      lines
        .splice(0)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    )
    hash.update(text)
    number += 1
    return entryOf(partName(MEDIA_LIST_FOLDER, number), text)
  }
  for await (const file of snapshot.mediaFiles()) {
    const line = yield* mediumEntry(sources, file)
    progress.add(1)
    if (line === null) {
      if (missing.length < MOST_MISSING) missing.push(file.key)
      continue
    }
    lines.push(line)
    total.files += 1
    total.bytes += line.bytes
    if (lines.length >= LINES_PER_PART) yield flush()
  }
  if (lines.length > 0) yield flush()
  return { ...total, sha256: hash.digest('hex'), missing }
}

const LINES_PER_PART = 10_000

/** @returns null where the store does not have what the database names */
async function* mediumEntry(
  { media, copier, signal }: EntrySources,
  file: MediaFile,
): AsyncGenerator<ArchiveEntry, MediaLine | null> {
  signal.throwIfAborted()
  const { key } = file
  if (copier !== null) {
    const isThere = await copier.bring(file)
    return isThere ? { key, bytes: file.bytes, object: copier.nameOf(sha256OfMedium(key)) } : null
  }
  const found = await media.find(key)
  const content = found === null ? null : await media.open(key)
  if (found === null || content === null) return null
  yield { name: `${MEDIA_FOLDER}${key}`, bytes: found.size, content }
  return { key, bytes: found.size, object: null }
}

function entryOf(name: string, content: string | Buffer): ArchiveEntry {
  const buffer = Buffer.from(content)
  return { name, bytes: buffer.length, content: once(buffer) }
}

async function* once(buffer: Buffer): AsyncGenerator<Buffer> {
  yield buffer
}

async function* inParts(folder: string, source: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  let [held, size, number]: [Buffer[], number, number] = [[], 0, 0]
  const part = (): ArchiveEntry => {
    const content = Buffer.concat(held)
    held = []
    size = 0
    number += 1
    return entryOf(partName(folder, number), content)
  }
  for await (const chunk of source) {
    held.push(chunk)
    size += chunk.length
    if (size >= PART_BYTES) yield part()
  }
  if (size > 0) yield part()
}

const partName = (folder: string, number: number): string => `${folder}${String(number).padStart(6, '0')}`

async function* counting(
  source: AsyncIterable<Buffer>,
  see: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    see(chunk)
    yield chunk
  }
}

/** Notes what goes by. Settings and secrets are small. */
async function* withHash(
  entries: AsyncIterable<ArchiveEntry>,
  into: ManifestFile[],
): AsyncGenerator<ArchiveEntry> {
  for await (const { name, bytes, content } of entries) {
    const hash = createHash('sha256')
    yield {
      name,
      bytes,
      content: counting(content as AsyncIterable<Buffer>, (chunk) => hash.update(chunk)),
    }
    into.push({ name, bytes, sha256: hash.digest('hex') })
  }
}
