/** Handles leaving for good: begins when its time has come, waits until every server was told or a week is over, erases. */
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { listIdentities } from '../domain/actors/actor.ts'
import { eraseHome } from '../domain/farewells/erase-home.ts'
import { countDepartures, listDeparted } from '../domain/farewells/farewell.ts'
import type { farewellGraph } from '../domain/farewells/farewell-graph.ts'
import { partIdentity, removePiece } from '../domain/owner/delete-identity.ts'
import { sweepMedia } from '../domain/uploads/media-care.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'
import type { Caches } from '../storage/caches/open-caches.ts'
import type { MediaStore } from '../storage/media-store.ts'

export interface FarewellParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly media: MediaStore
  readonly caches: Caches
  readonly config: { readonly mediaUrl: string }
}

type Farewell = Row<'farewells'>

/** As long as any delivery is tried. */
const TOLD_WITHIN_MS = 7 * 86_400_000
const LOOK_EVERY_SECONDS = 15
const WAITED_AT_MOST_SECONDS = 3_600

export function farewellHandlers(parts: FarewellParts): HandlersOf<typeof farewellGraph> {
  return {
    waiting: { each: async (farewell) => wait(parts, farewell) },
    leaving: { each: async (farewell, { signal }) => leave(parts, farewell, signal) },
    erasing: { each: async (farewell, { signal }) => erase(parts, farewell, signal) },
  }
}

async function wait({ db, clock, log }: FarewellParts, farewell: Farewell): Promise<Verdict<'leaving'>> {
  const { id, due_at: dueAt } = farewell
  const leftSeconds = (dueAt.getTime() - clock.now().getTime()) / 1_000
  if (leftSeconds > 0) {
    return again({ afterSeconds: Math.min(leftSeconds, WAITED_AT_MOST_SECONDS), isUncounted: true })
  }
  const reason = await missingArchive(db, farewell)
  if (reason !== null) return again({ afterSeconds: LOOK_EVERY_SECONDS, reason, isUncounted: true })
  return inTransaction(db, async (tx): Promise<Verdict<'leaving'>> => {
    // Called off at this very moment, it is not begun.
    const row = await tx
      .selectFrom('farewells')
      .select('id')
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .forUpdate()
      .executeTakeFirst()
    if (row === undefined) return again({ isUncounted: true })
    for (const identity of await listIdentities(tx)) await partIdentity(tx, identity.id, clock.now())
    await tx.updateTable('farewells').set({ begun_at: clock.now() }).where('id', '=', id).execute()
    log.info({ event: 'farewell.begun' })
    return 'leaving'
  })
}

/** Nothing goes before its archive is there, unless the owner has ended that archive or taken it away. */
async function missingArchive(db: Database, farewell: Farewell): Promise<string | null> {
  const making = await db.selectFrom('exports').select('id').where('state', '=', 'making').executeTakeFirst()
  if (making !== undefined) return 'an archive is being made'
  const latest = await db
    .selectFrom('exports')
    .distinctOn('actor_id')
    .select('state')
    .where('kind', '=', 'archive')
    .where('state_changed_at', '>=', farewell.created_at)
    .orderBy('actor_id')
    .orderBy('id', 'desc')
    .execute()
  return latest.some(({ state }) => state === 'failed')
    ? 'an archive could not be made: make another, or take it away'
    : null
}

/** What they wrote goes before anything is erased: where it was the home answers that it is gone. */
async function leave(
  parts: FarewellParts,
  farewell: Farewell,
  signal: AbortSignal,
): Promise<Verdict<'erasing'>> {
  const { db, clock } = parts
  const gone = await listDeparted(db)
  do {
    if (signal.aborted) return again({ isUncounted: true })
  } while (await inTransaction(db, async (tx) => removePiece(tx, gone, clock.now())))
  return watch(parts, farewell)
}

async function watch({ db, clock, log }: FarewellParts, farewell: Farewell): Promise<Verdict<'erasing'>> {
  const { untold, made, waiting, failed } = await countDepartures(db)
  // Those that arrived are forgotten after a day: the first count is the whole one.
  const inboxes = Math.max(farewell.inboxes ?? 0, made)
  if (untold === 0) {
    await db.updateTable('farewells').set({ inboxes, failed }).where('id', '=', farewell.id).execute()
  }
  const isLate = clock.now().getTime() - (farewell.begun_at ?? farewell.due_at).getTime() > TOLD_WITHIN_MS
  if ((untold > 0 || waiting > 0) && !isLate) {
    return again({ afterSeconds: LOOK_EVERY_SECONDS, isUncounted: true })
  }
  log.info({ event: 'farewell.told', inboxes, failed: failed + waiting })
  await db
    .updateTable('farewells')
    .set({ inboxes, failed: failed + waiting })
    .where('id', '=', farewell.id)
    .execute()
  return 'erasing'
}

async function erase(
  { db, media, caches, clock, log, config }: FarewellParts,
  { id }: Farewell,
  signal: AbortSignal,
): Promise<Verdict<'erased'>> {
  if (!(await eraseHome(db, signal))) return again({ isUncounted: true })
  for (const cache of [caches.default, caches.media, caches.avatars]) await cache.clear()
  await sweepMedia(db, media, clock.now(), config.mediaUrl)
  await db.updateTable('farewells').set({ finished_at: clock.now() }).where('id', '=', id).execute()
  log.info({ event: 'farewell.erased' })
  return 'erased'
}
