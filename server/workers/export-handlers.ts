/** Handles exports: writes the file entry by entry, tells how far it is, and stops where the owner has ended it. */
import { archiveEntries } from '../activitypub/own-archive.ts'
import type { Clock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { findIdentity } from '../domain/actors/actor.ts'
import { htmlEntries } from '../domain/exports/html-copy.ts'
import { type ExportWatch, countOwn } from '../domain/exports/own-files.ts'
import type { RowHandler } from '../stator/graph.ts'
import type { ExportFolder } from '../storage/export-folder.ts'
import type { MediaStore } from '../storage/media-store.ts'
import type { ZipEntry } from '../storage/zip-file.ts'

export interface ExportParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly media: MediaStore
  readonly exports: ExportFolder
}

type Export = Row<'exports'>

const TELL_EVERY_MS = 500

type Made = RowHandler<Export, 'ready' | 'failed' | 'cancelled'>

export function exportHandlers(parts: ExportParts): { readonly making: { readonly each: Made } } {
  return {
    making: {
      each: async (one, { signal }) => {
        const ended = new AbortController()
        try {
          return await make(parts, one, AbortSignal.any([signal, ended.signal]), () => ended.abort())
        } catch (error) {
          if (ended.signal.aborted) return 'cancelled'
          if (!(error instanceof HomebirdError) || error.code !== 'STORAGE_FULL') throw error
          parts.log.warn({ event: 'export.no_room', exportId: one.id, error })
          // Where the home keeps its files is no matter of whoever reads this.
          await noteEnd(parts, one, { problem: error.safe })
          return { to: 'failed', note: error.safe }
        }
      },
    },
  }
}

async function make(
  parts: ExportParts,
  one: Export,
  signal: AbortSignal,
  onEnded: () => void,
): Promise<'ready' | 'cancelled'> {
  const { db, media, clock, exports } = parts
  const identity = await findIdentity(db, one.actor_id)
  if (identity === undefined) return 'cancelled'
  const counts = await countOwn(db, { actorId: identity.id, isPrivate: one.is_private })
  const begun = { total: counts.posts + counts.files, done: 0, missing: 0 }
  await db.updateTable('exports').set(begun).where('id', '=', one.id).execute()
  const watch = new ToldWatch(parts, one, onEnded)
  const entries: AsyncIterable<ZipEntry> =
    one.kind === 'archive'
      ? archiveEntries({ db, media, identity, watch })
      : htmlEntries({ db, media, identity, watch, isPrivate: one.is_private, now: clock.now() })
  const bytes = await exports.write(one.id, entries, { expectedBytes: counts.bytes, signal })
  await watch.tell()
  await noteEnd(parts, one, { bytes })
  return 'ready'
}

async function noteEnd(
  { db, clock }: ExportParts,
  { id }: Export,
  end: { readonly bytes?: number; readonly problem?: string },
): Promise<void> {
  await db
    .updateTable('exports')
    .set({ ...end, finished_at: clock.now() })
    .where('id', '=', id)
    .where('state', '=', 'making')
    .execute()
}

class ToldWatch implements ExportWatch {
  readonly #parts: ExportParts
  readonly #one: Export
  readonly #onEnded: () => void
  #done = 0
  #missing = 0
  #toldAtMs: number

  constructor(parts: ExportParts, one: Export, onEnded: () => void) {
    this.#parts = parts
    this.#one = one
    this.#onEnded = onEnded
    this.#toldAtMs = parts.clock.monotonicMs()
  }

  async step(count: number): Promise<void> {
    this.#done += count
    if (this.#parts.clock.monotonicMs() - this.#toldAtMs >= TELL_EVERY_MS) await this.tell()
  }

  missing(key: string): void {
    this.#missing += 1
    this.#parts.log.warn({ event: 'export.file_missing', exportId: this.#one.id, key })
  }

  /** Also hears whether anybody still wants it. */
  async tell(): Promise<void> {
    this.#toldAtMs = this.#parts.clock.monotonicMs()
    const { numUpdatedRows } = await this.#parts.db
      .updateTable('exports')
      .set({ done: this.#done, missing: this.#missing })
      .where('id', '=', this.#one.id)
      .where('state', '=', 'making')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) this.#onEnded()
  }
}
