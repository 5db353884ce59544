/**
 * Reads a backup from its first byte to its last, proves every hash on the way, and hands what is in it to whoever takes it: into a
 * database, into folders, or nowhere. What was handed on counts only when this has returned.
 */
import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { DigestRows } from '../../db/row-digest.ts'
import type { TableShape } from '../../db/table-shapes.ts'
import type { ArchiveEntry } from './archive.ts'
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
  TABLE_PART,
} from './manifest.ts'
import { sha256OfMedium } from './names.ts'
import { damaged, parseAbout, parseManifest, parseMediaLine } from './read-documents.ts'
import { through } from './through.ts'

export interface BackupTaker {
  /** Comes first. */
  about(about: BackupAbout): Promise<void>
  /** All parts of a table, one after the other. */
  table(table: TableShape, rows: AsyncIterable<Buffer>): Promise<void>
  /** `settings.sqlite`, and `secrets/…`. */
  file(name: string, content: AsyncIterable<Buffer>): Promise<void>
  /** A medium that lies inside. Its content has been proven when it ends without an error. */
  medium(key: string, content: AsyncIterable<Buffer>): Promise<void>
  /** Every medium, inside or beside. */
  listed(line: MediaLine): Promise<void>
}

/** A document in a backup that is not made for it is larger than any of ours. */
const MOST_DOCUMENT_BYTES = 64 * 1_048_576
/** A row is held whole; the largest of ours, a post with all its words, is a hundredth of it. */
const MOST_ROW_BYTES = 64 * 1_048_576

/** @throws HomebirdError DOCUMENT_INVALID for what is damaged, cut off or not what its manifest says, and what a taker throws */
export async function readBackup(
  entries: AsyncGenerator<ArchiveEntry>,
  taker: BackupTaker,
): Promise<BackupManifest> {
  const reading = new Reading(new Peekable(entries), taker)
  try {
    return await reading.run()
  } finally {
    await entries.return(undefined)
  }
}

class Peekable {
  readonly #entries: AsyncIterator<ArchiveEntry>
  #next: IteratorResult<ArchiveEntry, unknown> | null = null

  constructor(entries: AsyncIterator<ArchiveEntry>) {
    this.#entries = entries
  }

  async peek(): Promise<ArchiveEntry | null> {
    this.#next ??= await this.#entries.next()
    return this.#next.done === true ? null : this.#next.value
  }

  pass(): void {
    this.#next = null
  }
}

class Reading {
  readonly #entries: Peekable
  readonly #taker: BackupTaker
  readonly #tables: ManifestTable[] = []
  readonly #files: ManifestFile[] = []
  readonly #mediaHash = createHash('sha256')
  readonly #media = { files: 0, bytes: 0 }
  #inside = 0
  #listedInside = 0

  constructor(entries: Peekable, taker: BackupTaker) {
    this.#entries = entries
    this.#taker = taker
  }

  async run(): Promise<BackupManifest> {
    const first = await this.#entries.peek()
    if (first?.name !== ABOUT_ENTRY) throw damaged('it does not begin with what it is')
    const about = parseAbout(await bytesOf(first))
    this.#entries.pass()
    await this.#taker.about(about)
    for (const table of about.tables) await this.#table(table)
    for (;;) {
      const entry = await this.#entries.peek()
      if (entry === null) throw damaged('it ends before its manifest')
      this.#entries.pass()
      if (entry.name === MANIFEST_ENTRY) return this.#finish(about, parseManifest(await bytesOf(entry)))
      await this.#other(entry)
    }
  }

  async #table(table: TableShape): Promise<void> {
    const digest = new DigestRows(MOST_ROW_BYTES)
    await this.#taker.table(table, through(this.#parts(table.name), digest))
    this.#tables.push({ ...table, ...digest.result() })
  }

  async *#parts(table: string): AsyncGenerator<Buffer> {
    for (let number = 1; ; number += 1) {
      const entry = await this.#entries.peek()
      const [, name, part] = TABLE_PART.exec(entry?.name ?? '') ?? []
      if (entry === null || name !== table) return
      if (Number(part) !== number) throw damaged(`part ${number} of the table ${table} is missing`)
      this.#entries.pass()
      yield* entry.content as AsyncIterable<Buffer>
    }
  }

  async #other(entry: ArchiveEntry): Promise<void> {
    const { name, content } = entry
    if (name === SETTINGS_ENTRY || name.startsWith(SECRETS_FOLDER)) {
      if (name.split('/').some((part) => part === '..' || part === ''))
        throw damaged(`${name} is no name of a file`)
      const hash = createHash('sha256')
      await this.#taker.file(name, hashing(content, hash))
      this.#files.push({ name, bytes: entry.bytes, sha256: hash.digest('hex') })
    } else if (name.startsWith(MEDIA_FOLDER)) {
      await this.#taker.medium(name.slice(MEDIA_FOLDER.length), mediumContent(name, content))
      this.#inside += 1
    } else if (name.startsWith(MEDIA_LIST_FOLDER)) {
      await this.#list(name, await bytesOf(entry))
    } else {
      throw damaged(`it has ${name}, which nobody knows`)
    }
  }

  async #list(name: string, text: Buffer): Promise<void> {
    this.#mediaHash.update(text)
    for (const row of text.toString('utf8').split('\n')) {
      if (row === '') continue
      const line = parseMediaLine(name, row)
      this.#media.files += 1
      this.#media.bytes += line.bytes
      if (line.object === null) this.#listedInside += 1
      await this.#taker.listed(line)
    }
  }

  #finish(about: BackupAbout, manifest: BackupManifest): BackupManifest {
    if (!isDeepStrictEqual(manifest.about, about))
      throw damaged('its end says something else than its beginning')
    const said = new Map(manifest.tables.map((table) => [table.name, table]))
    for (const { name, rows, digest } of this.#tables) {
      const wanted = said.get(name)
      said.delete(name)
      if (wanted?.digest !== digest || wanted.rows !== rows)
        throw damaged(
          `the table ${name} has ${rows} rows, and they are not the ${wanted?.rows ?? 0} of the manifest`,
        )
    }
    if (said.size > 0) throw damaged(`the tables ${[...said.keys()].join(', ')} are missing`)
    if (JSON.stringify(manifest.files) !== JSON.stringify(this.#files))
      throw damaged('settings or secrets are not those of the manifest')
    const { files, bytes, sha256 } = manifest.media
    const isMedia =
      files === this.#media.files && bytes === this.#media.bytes && this.#inside === this.#listedInside
    if (!isMedia || sha256 !== this.#mediaHash.digest('hex'))
      throw damaged('media are not those of the manifest')
    return manifest
  }
}

async function bytesOf({ name, bytes, content }: ArchiveEntry): Promise<Buffer> {
  if (bytes > MOST_DOCUMENT_BYTES)
    throw damaged(`${name} has ${bytes} bytes and may have ${MOST_DOCUMENT_BYTES}`)
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts)
}

async function* hashing(
  source: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash.update(chunk)
    yield Buffer.from(chunk)
  }
}

async function* mediumContent(name: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  yield* hashing(source, hash)
  if (hash.digest('hex') !== sha256OfMedium(name.slice(MEDIA_FOLDER.length)))
    throw damaged(`${name} has not the content that its name says`)
}
