/** The files of a post that is brought along become uploads of its author, out of the archive or from where they still lie. */
import { describeError, isHomebirdError } from '../../core/errors.ts'
import type { Database, Querier } from '../../db/pool.ts'
import type { SafeFetch } from '../../net/fetch-types.ts'
import type { Archive } from '../../storage/archives/archive.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import { MEDIA_LIMITS, type UploadLimits } from '../media/media-types.ts'
import { countCharacters } from '../text/scan-text.ts'
import { shortenText } from '../text/shorten.ts'
import { receiveAttachment } from '../uploads/receive-upload.ts'
import { takeFile } from '../uploads/take-file.ts'
import type { ArchivedFile } from './archived-post.ts'
import type { FindFile } from './file-finder.ts'

export interface TakeFilesParts {
  readonly db: Database
  readonly media: MediaStore
  readonly fetch: Pick<SafeFetch, 'fetchMedia'>
  readonly limits: UploadLimits
  readonly archive: Archive
  readonly find: FindFile
  readonly signal: AbortSignal
}

export interface FilesTaken {
  /** Uploads that are worked on. */
  readonly attachmentIds: readonly string[]
  /** Why the others did not come along. */
  readonly flaws: readonly string[]
}

/** @throws HomebirdError STORAGE_FULL, STORAGE_UNREACHABLE: what is wrong with this home is not wrong with the file */
export async function takeFiles(
  parts: TakeFilesParts,
  ownerId: string,
  files: readonly ArchivedFile[],
): Promise<FilesTaken> {
  const attachmentIds: string[] = []
  const flaws: string[] = []
  for (const file of files) {
    const bytes = await openFile(parts, file.source).catch((error: unknown) => reasonOf(parts, error))
    if (typeof bytes === 'string') {
      flaws.push(`${nameOf(file.source)}: ${bytes}`)
      continue
    }
    try {
      const taken = await takeFile(parts.media, bytes, 'media', parts.limits)
      const facts = {
        description: describedWithin(file.description, MEDIA_LIMITS.descriptionCharacters),
        ...(file.focus === null ? {} : { focus: file.focus }),
      }
      const received = await receiveAttachment(parts.db, ownerId, taken, null, facts)
      attachmentIds.push(received.attachmentId)
    } catch (error) {
      flaws.push(`${nameOf(file.source)}: ${reasonOf(parts, error)}`)
    } finally {
      bytes.destroy()
    }
  }
  return { attachmentIds, flaws }
}

/** Addresses count as more than they are long where they are short: then much of it is them. */
function describedWithin(description: string, most: number): string {
  const text = shortenText(description, most)
  return countCharacters(text) <= most ? text : shortenText(text, Math.floor(most / 4))
}

const nameOf = (source: string): string => source.slice(source.lastIndexOf('/') + 1).slice(0, 100)

async function openFile({ archive, find, fetch, signal }: TakeFilesParts, source: string) {
  const name = find(source)
  if (name !== null) return archive.open(name)
  if (!source.startsWith('https://')) return 'is not in the archive'
  const { body } = await fetch.fetchMedia(source, { signal })
  return body
}

/** @throws what is no fault of the file */
function reasonOf({ signal }: TakeFilesParts, error: unknown): string {
  signal.throwIfAborted()
  const isOurs =
    !isHomebirdError(error) || error.code === 'STORAGE_FULL' || error.code === 'STORAGE_UNREACHABLE'
  if (isOurs) throw error
  return error.code === 'UNPROCESSABLE' ? error.safe : describeError(error)
}

export interface FilesState {
  /** Still worked on. */
  readonly isWaiting: boolean
  /** Ready, in order. */
  readonly ready: readonly string[]
  readonly flaws: readonly string[]
}

/** What became of uploads. One that nobody works on any more is as good as refused. */
export async function readFiles(db: Querier, attachmentIds: readonly string[]): Promise<FilesState> {
  if (attachmentIds.length === 0) return { isWaiting: false, ready: [], flaws: [] }
  const rows = await db
    .selectFrom('attachments')
    .leftJoin('uploads', 'uploads.attachment_id', 'attachments.id')
    .select([
      'attachments.id',
      'attachments.file_key',
      'uploads.state',
      'uploads.settled_at',
      'uploads.refusal',
    ])
    .where('attachments.id', 'in', [...attachmentIds])
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const ready = attachmentIds.filter((id) => (byId.get(id)?.file_key ?? null) !== null)
  const isWaiting = rows.some(
    (row) => row.file_key === null && row.state === 'received' && row.settled_at === null,
  )
  const flaws = attachmentIds
    .filter((id) => !ready.includes(id))
    .map((id) => byId.get(id)?.refusal ?? 'a file could not be read')
  return { isWaiting, ready, flaws: isWaiting ? [] : flaws }
}
