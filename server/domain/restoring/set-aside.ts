/**
 * What a restored home was about to send when its backup was made may have gone out since, and goes out no second time by
 * itself. It stands still, as work does that failed too often: the owner sees it and may have it tried again.
 * @see security rule 119
 */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { noteToldGone } from '../farewells/told-gone.ts'

/** States in which a row of this home's own waits to go out, by table, and which rows are the home's own. */
const OUTBOUND: readonly (readonly [table: string, states: readonly string[], own: string])[] = [
  ['fan_outs', ['new'], 'true'],
  ['posts', ['new', 'edited', 'deleted'], 'author_id in (select id from actors where is_local)'],
  ['interactions', ['new', 'undone'], 'actor_id in (select id from actors where is_local)'],
  [
    'follows',
    ['unrequested', 'accepting', 'rejecting', 'undone', 'pending_removal'],
    '(source_id in (select id from actors where is_local) or target_id in (select id from actors where is_local))',
  ],
  ['blocks', ['new', 'undone'], 'source_id in (select id from actors where is_local)'],
  ['poll_votes', ['new'], 'actor_id in (select id from actors where is_local)'],
  ['polls', ['voted', 'telling'], 'is_local'],
  ['reports', ['new'], 'is_ours'],
  ['quotes', ['asking'], 'true'],
  ['quote_authorizations', ['revoked'], 'true'],
  ['featured_changes', ['new'], 'true'],
  ['actors', ['edited', 'moved', 'deleted'], 'is_local'],
  // They follow and block.
  ['import_entries', ['new', 'looking_up'], 'true'],
]

export interface SetAside {
  /** Deliveries to servers. */
  readonly deliveries: number
  /** Posts, likes, follows and the like that had not been made deliveries yet. */
  readonly acts: number
  /** Posts whose time had come since; they wait for another. */
  readonly scheduled: number
  /** Posts that were held back for a moment; they are drafts again. */
  readonly drafts: number
  /** Others took its identities for deleted: a farewell had begun, or its time has come since. */
  readonly isToldGone: boolean
}

/**
 * May be done twice.
 * @param madeAt  of the backup
 * @param hasLeft  whether what stood here before had said farewell: it had told others
 */
export async function setOutboundAside(
  tx: Transaction,
  madeAt: Date,
  now: Date,
  hasLeft = false,
): Promise<SetAside> {
  const note = `set aside: a backup of ${madeAt.toISOString().slice(0, 16)} UTC was restored, and this may have gone out since`
  let [deliveries, acts] = [0, 0]
  for (const [table, states, own] of OUTBOUND) {
    const count = await standStill(tx, { table, states, own, note })
    if (table === 'fan_outs') deliveries += count
    else acts += count
  }
  // Nobody waits for what was worth telling then.
  await sql`update push_deliveries
               set state = 'skipped', state_changed_at = ${now}, state_next_attempt_at = null,
                   state_lock_token = null, state_locked_until = null
             where state = 'new'`.execute(tx)
  const scheduled = await countOf(
    tx,
    sql`update scheduled_posts
           set state = 'failed', state_changed_at = ${now}, state_next_attempt_at = null,
               state_lock_token = null, state_locked_until = null,
               state_error = ${`its time had come before this home was restored, and it may have been published: ${note}`}
         where state = 'waiting' and scheduled_at <= ${now} returning 1`,
  )
  const drafts = await countOf(
    tx,
    sql`update drafts
           set state = 'kept', state_changed_at = ${now}, state_next_attempt_at = null,
               state_lock_token = null, state_locked_until = null, state_error = null
         where state = 'held' returning 1`,
  )
  const isToldGone = hasLeft || (await hasBegun(tx, now))
  if (isToldGone) await noteToldGone(tx, now)
  await stopFarewell(tx, note, now)
  await doubtReads(tx)
  return { deliveries, acts, scheduled, drafts, isToldGone }
}

/** Of what was brought along another server may have asked for since: it is told of edits and deletions all the same. */
async function doubtReads(tx: Transaction): Promise<void> {
  await sql`insert into imported_reads (post_id)
            select id from posts where imported_from is not null on conflict do nothing`.execute(tx)
}

async function hasBegun(tx: Transaction, now: Date): Promise<boolean> {
  const { rows } = await sql`
    select from farewells
     where state in ('leaving', 'erasing') or (state = 'waiting' and due_at <= ${now}) limit 1`.execute(tx)
  return rows.length > 0
}

/** Who restores a home wants it: it does not leave by itself, also where its time to leave has come since or it was on its way. */
async function stopFarewell(tx: Transaction, note: string, now: Date): Promise<void> {
  await sql`update farewells
               set state = 'cancelled', state_changed_at = ${now}, state_next_attempt_at = null,
                   state_lock_token = null, state_locked_until = null, state_error = ${note}
             where state in ('waiting', 'leaving', 'erasing')`.execute(tx)
}

interface StandingStill {
  readonly table: string
  readonly states: readonly string[]
  readonly own: string
  readonly note: string
}

/** @see stator/move: a row stands in quarantine when its state is automatic and no attempt is planned */
async function standStill(tx: Transaction, { table, states, own, note }: StandingStill): Promise<number> {
  return countOf(
    tx,
    sql`update ${sql.table(table)}
           set state_next_attempt_at = null, state_lock_token = null, state_locked_until = null, state_error = ${note}
         where state = any(${states}::text[]) and ${sql.raw(own)} and state_next_attempt_at is not null
     returning 1`,
  )
}

async function countOf(db: Querier, statement: ReturnType<typeof sql>): Promise<number> {
  return (await statement.execute(db)).rows.length
}
