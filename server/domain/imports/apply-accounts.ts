/** Lines about accounts that are known: followed, blocked, muted, put on lists, each as the owner would do it by hand. */
import { sql } from 'kysely'
import { ERROR_CATALOGUE, type HomebirdError, isHomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { ImportFacts, Row } from '../../db/tables.ts'
import { blockActor, muteActor } from '../blocks/block-actor.ts'
import { type FollowOptions, LIVING_FOLLOW_STATES, followActor } from '../follows/follow-actor.ts'
import { createList, findLists } from '../lists/lists.ts'
import { addMembers } from '../lists/members.ts'
import type { Home } from '../owner/home.ts'
import type { Entry, Target } from './known-targets.ts'
import type { Outcome } from './settle-entries.ts'

export interface ApplyParts {
  readonly tx: Transaction
  readonly home: Pick<Home, 'origin' | 'isBlockedDomain'>
  /** Whose import it is. */
  readonly identity: Row<'actors'>
  readonly now: Date
}

export interface KnownLine {
  readonly entry: Pick<Entry, 'id' | 'facts'>
  readonly target: Target
}

/** By entry. What cannot be done now for a reason of this home is left out and tried again. */
export type Outcomes = Map<string, Outcome>

type Follow = Pick<Row<'follows'>, 'target_id' | 'shows_boosts' | 'notifies' | 'languages'>

/** One statement for all that are followed as the file says already; the others each by the way of every follow. */
export async function followThem(parts: ApplyParts, lines: readonly KnownLine[]): Promise<Outcomes> {
  const known = await livingFollows(parts, lines)
  const outcomes: Outcomes = new Map()
  for (const { entry, target } of lines) {
    const outcome = await attempt(target, async () => followAs(parts, target, known, entry.facts))
    if (outcome !== null) outcomes.set(entry.id, outcome)
  }
  await sendLater(parts, lines)
  return outcomes
}

/** Thousands at once must not stand before what the owner does meanwhile. */
async function sendLater({ tx, identity }: ApplyParts, lines: readonly KnownLine[]): Promise<void> {
  const ids = lines.map(({ target }) => target.id)
  await sql`
    update follows set state_priority = 1
     where source_id = ${identity.id} and target_id = any(${ids}::bigint[]) and state = 'unrequested'`.execute(
    tx,
  )
}

/** What the file does not say stays as it is, or is as usual for a new follow. */
async function followAs(
  { tx, home, identity, now }: ApplyParts,
  target: Target,
  known: ReadonlyMap<string, Follow>,
  facts: ImportFacts,
): Promise<void> {
  const before = known.get(target.id)
  const options: FollowOptions = {
    showsBoosts: facts.showsBoosts ?? before?.shows_boosts ?? true,
    notifies: facts.notifies ?? before?.notifies ?? false,
    languages: facts.languages ?? before?.languages ?? null,
  }
  if (before !== undefined && isSame(before, options)) return
  await followActor(tx, home, identity, target, options, now)
}

const isSame = (follow: Follow, options: FollowOptions): boolean =>
  follow.shows_boosts === options.showsBoosts &&
  follow.notifies === options.notifies &&
  (follow.languages ?? []).join() === (options.languages ?? []).join()

async function livingFollows(
  { tx, identity }: ApplyParts,
  lines: readonly KnownLine[],
): Promise<Map<string, Follow>> {
  const ids = lines.map(({ target }) => target.id)
  const { rows } = await sql<Follow>`
    select target_id, shows_boosts, notifies, languages from follows
     where source_id = ${identity.id} and target_id = any(${ids}::bigint[])
       and state = any(${[...LIVING_FOLLOW_STATES]}::text[])`.execute(tx)
  return new Map(rows.map((row) => [row.target_id, row]))
}

export async function blockThem(parts: ApplyParts, lines: readonly KnownLine[]): Promise<Outcomes> {
  const { tx, home, identity, now } = parts
  const known = await standingBlocks(parts, lines, false)
  return eachOf(lines, async ({ target }) => {
    if (!known.has(target.id)) await blockActor(tx, home, identity, target, now)
  })
}

export async function muteThem(parts: ApplyParts, lines: readonly KnownLine[]): Promise<Outcomes> {
  const { tx, home, identity, now } = parts
  const known = await standingBlocks(parts, lines, true)
  return eachOf(lines, async ({ entry, target }) => {
    const before = known.get(target.id)
    const hidesNotifications = entry.facts.hidesNotifications ?? before?.hides_notifications ?? true
    // A file knows no end of a mute: one that has an end stands for good from now on.
    const isThere = before?.expires_at === null && before.hides_notifications === hidesNotifications
    if (!isThere) {
      await muteActor(tx, home, identity, target, { hidesNotifications, expiresAt: null }, now)
    }
  })
}

type Block = Pick<Row<'blocks'>, 'target_id' | 'hides_notifications' | 'expires_at'>

async function standingBlocks(
  { tx, identity }: ApplyParts,
  lines: readonly KnownLine[],
  isMute: boolean,
): Promise<Map<string, Block>> {
  const ids = lines.map(({ target }) => target.id)
  const { rows } = await sql<Block>`
    select target_id, hides_notifications, expires_at from blocks
     where source_id = ${identity.id} and target_id = any(${ids}::bigint[]) and is_mute = ${isMute}
       and state not in ('undone', 'undone_sent')`.execute(tx)
  return new Map(rows.map((row) => [row.target_id, row]))
}

/**
 * Puts them on their lists, which are made where they are missing. Only who is followed can be on a list, and a file of lists
 * names nobody who was not: who is not followed yet is followed, as Mastodon does it.
 */
export async function listThem(parts: ApplyParts, lines: readonly KnownLine[]): Promise<Outcomes> {
  const { identity } = parts
  const others = lines.filter(({ target }) => target.id !== identity.id)
  const outcomes = await followThem(parts, others)
  for (const { entry, target } of lines) {
    if (target.id === identity.id) outcomes.set(entry.id, { kind: 'done', targetId: target.id })
  }
  const ready = lines.filter(({ entry }) => outcomes.get(entry.id)?.kind === 'done')
  for (const [title, group] of Map.groupBy(ready, ({ entry }) => entry.facts.list ?? '')) {
    const flaw = await addToList(parts, title, group)
    if (flaw === null) continue
    for (const { entry, target } of group) {
      outcomes.set(entry.id, { kind: 'failed', targetId: target.id, reason: flaw })
    }
  }
  return outcomes
}

/** @returns why there is no such list; null where they are on it */
async function addToList(
  { tx, identity }: ApplyParts,
  title: string,
  group: readonly KnownLine[],
): Promise<string | null> {
  try {
    const found = (await findLists(tx, identity.id)).find((one) => one.title === title)
    const draft = { title, repliesPolicy: 'list', isExclusive: false } as const
    const list = found ?? (await createList(tx, identity.id, draft))
    const ids = group.map(({ target }) => target.id)
    const { rows } = await sql<{ id: string }>`
      select id from unnest(${ids}::bigint[]) as id
       where not exists (select from list_members where list_id = ${list.id} and member_id = id)`.execute(tx)
    await addMembers(
      tx,
      list,
      rows.map(({ id }) => id),
    )
    return null
  } catch (error) {
    if (!isHomebirdError(error, 'UNPROCESSABLE')) throw error
    return reasonOf(error)
  }
}

async function eachOf(
  lines: readonly KnownLine[],
  act: (line: KnownLine) => Promise<void>,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  for (const line of lines) {
    const outcome = await attempt(line.target, async () => act(line))
    if (outcome !== null) outcomes.set(line.entry.id, outcome)
  }
  return outcomes
}

/** What is refused is refused before anything is written. Null where this home cannot do it now. */
async function attempt(target: Target, act: () => Promise<void>): Promise<Outcome | null> {
  try {
    await act()
    return { kind: 'done', targetId: target.id }
  } catch (error) {
    if (!isHomebirdError(error)) throw error
    if (error.code === 'UNAVAILABLE') return null
    return { kind: 'failed', targetId: target.id, reason: reasonOf(error) }
  }
}

/** In words for the list of failures. */
export function reasonOf(error: HomebirdError): string {
  const isSpecial = error.safe !== ERROR_CATALOGUE[error.code].safe
  if (isSpecial) return error.safe.replace(/^Validation failed: /, '')
  if (error.code === 'FORBIDDEN') return 'a block stands between the two'
  return error.code === 'NOT_FOUND' ? 'the account is gone or suspended' : error.safe
}
