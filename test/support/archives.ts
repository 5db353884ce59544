/** Archives of former accounts, as tests pack them and have a home take them in. */
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { ZipFile } from 'yazl'
import type { ArchiveProgress } from '../../server/contracts/archive.ts'
import { MOST_ARCHIVE_BYTES } from '../../server/contracts/archive.ts'
import { beginArchive, getArchive } from '../../server/domain/archives/archive-progress.ts'
import type { FederationHome } from './federation-home.ts'

export interface PackedFile {
  readonly name: string
  readonly bytes: Buffer | string
  /** Of a tar file; a link leads to `/etc/passwd`. */
  readonly type?: Header['type']
  /** Of a zip file: Unix mode with its kind. */
  readonly mode?: number
  /** Of a zip file: what its directory says of it. */
  readonly comment?: string
}

export async function tarOf(files: readonly PackedFile[]): Promise<Buffer> {
  const packing = pack()
  const packed = buffer(packing)
  for (const { name, bytes, type = 'file' } of files) {
    if (type === 'file') packing.entry({ name }, Buffer.from(bytes))
    else packing.entry({ name, type, linkname: '/etc/passwd' }, '')
  }
  packing.finalize()
  return packed
}

export const tarGzOf = async (files: readonly PackedFile[]): Promise<Buffer> => gzipSync(await tarOf(files))

export async function zipOf(files: readonly PackedFile[]): Promise<Buffer> {
  const zip = new ZipFile()
  for (const { name, bytes, mode, comment: fileComment } of files) {
    const options = {
      ...(mode === undefined ? {} : { mode }),
      ...(fileComment === undefined ? {} : { fileComment }),
    }
    zip.addBuffer(Buffer.from(bytes), name, options)
  }
  zip.end()
  return buffer(zip.outputStream as Readable)
}

/** Hands an archive in, and does not work on it yet. @returns the id of the import */
export async function handsIn({ context, me }: FederationHome, bytes: Buffer, name: string): Promise<string> {
  const { db, shelf } = context
  const taken = await shelf.take(Readable.from([bytes]), MOST_ARCHIVE_BYTES)
  return beginArchive(db, shelf, { actorId: me.id, name, taken, now: new Date() })
}

const OPEN: ReadonlySet<string> = new Set(['reading', 'importing', 'cancelling'])

/** Works until it is over. */
export async function worksOff(home: FederationHome, id: string): Promise<ArchiveProgress> {
  for (;;) {
    await home.work({ dueWithinSeconds: 2 })
    const progress = await getArchive(home.db, id)
    if (!OPEN.has(progress.state)) return progress
  }
}

const FORMER = 'https://old.example/users/ana'
const PUBLIC = 'https://www.w3.org/ns/activitystreams#Public'

export const formerPost = (id: number): string => `${FORMER}/statuses/${id}`
export const formerPage = (id: number): string => `https://old.example/@ana/${id}`

interface NoteFacts {
  readonly id: number
  readonly day: string
  readonly content?: string
  readonly to?: 'public' | 'unlisted' | 'followers' | 'direct'
  readonly more?: object
}

const ADDRESSED = {
  public: { to: [PUBLIC], cc: [`${FORMER}/followers`] },
  unlisted: { to: [`${FORMER}/followers`], cc: [PUBLIC] },
  followers: { to: [`${FORMER}/followers`], cc: [] },
  direct: { to: ['https://else.example/users/bo'], cc: [] },
} as const

/** A post as Mastodon packs it. */
export function noteActivity({ id, day, content = `<p>Post ${id}</p>`, to = 'public', more }: NoteFacts) {
  const published = `${day}T12:00:00Z`
  const object = {
    id: formerPost(id),
    type: 'Note',
    attributedTo: FORMER,
    url: formerPage(id),
    published,
    content,
    contentMap: { en: content },
    ...ADDRESSED[to],
    inReplyTo: null,
    sensitive: false,
    attachment: [],
    tag: [],
    ...more,
  }
  return { id: `${formerPost(id)}/activity`, type: 'Create', actor: FORMER, published, object }
}

export const boostActivity = (id: number) => ({
  id: `${formerPost(id)}/activity`,
  type: 'Announce',
  actor: FORMER,
  published: '2019-01-01T00:00:00Z',
  object: 'https://else.example/notes/1',
})

export const outboxOf = (items: readonly object[]): string =>
  JSON.stringify({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: 'outbox.json',
    type: 'OrderedCollection',
    totalItems: items.length,
    orderedItems: items,
  })
