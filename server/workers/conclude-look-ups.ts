/** What becomes of lines of imports once their servers were asked: any number in one transaction. */
import type { Lookup } from '../activitypub/look-up-import.ts'
import type { ImportKind } from '../contracts/import.ts'
import type { Clock } from '../core/clock.ts'
import { assertNever } from '../core/errors.ts'
import type { Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { getActor } from '../domain/actors/actor.ts'
import type { ApplyParts, KnownLine, Outcomes } from '../domain/imports/apply-accounts.ts'
import { applyToAccounts, bookmarkThose } from '../domain/imports/apply-entries.ts'
import { type Entry, findKnownPosts } from '../domain/imports/known-targets.ts'
import { type Outcome, lockImports, noteSeen, settleEntries } from '../domain/imports/settle-entries.ts'
import type { Home } from '../domain/owner/home.ts'
import { type Verdict, again } from '../stator/graph.ts'

interface ConcludeParts {
  readonly home: Home
  readonly clock: Clock
}

export interface LookedUp {
  readonly entry: Entry
  readonly found: Lookup
}

export type Ended = 'done' | 'failed' | 'cancelled'

/** With the back-off of the graph this is most of a day. */
const MOST_ATTEMPTS = 9
/** Of the graph: no sooner than this, and no sooner than the server wants it. */
const RETRY_SECONDS = 300
/** While the home itself cannot do it: it has no address yet. */
const LATER_SECONDS = 3_600

/** @returns a verdict for each, in their order */
export async function concludeLookUps(
  parts: ConcludeParts,
  tx: Transaction,
  items: readonly LookedUp[],
): Promise<Verdict<Ended>[]> {
  const imports = await lockImports(
    tx,
    items.map(({ entry }) => entry.import_id),
  )
  const settled = await outcomesOf(
    tx,
    items.map(({ entry }) => entry.id),
  )
  const verdicts = new Map<string, Verdict<Ended>>(settled)
  for (const [importId, group] of Map.groupBy(items, ({ entry }) => entry.import_id)) {
    const one = imports.get(importId)
    if (one === undefined) continue
    const open = group.filter(({ entry }) => !settled.has(entry.id))
    const outcomes = await outcomesFor(parts, tx, one, open)
    await settleEntries(tx, importId, outcomes)
    const waiting = open.filter(({ entry }) => !outcomes.has(entry.id))
    await noteSeen(
      tx,
      importId,
      waiting.flatMap(({ entry, found }) => (found.outcome === 'unavailable' ? entry.id : [])),
    )
    for (const { entry, found } of open) verdicts.set(entry.id, verdictOf(found, outcomes.get(entry.id)))
  }
  return items.map(({ entry }) => verdicts.get(entry.id) ?? 'cancelled')
}

async function outcomesOf(tx: Transaction, ids: readonly string[]): Promise<Map<string, 'done' | 'failed'>> {
  const rows = await tx
    .selectFrom('import_entries')
    .select(['id', 'outcome'])
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.flatMap(({ id, outcome }) => (outcome === null ? [] : [[id, outcome] as const])))
}

function verdictOf(found: Lookup, outcome: Outcome | undefined): Verdict<Ended> {
  if (outcome !== undefined) {
    return outcome.kind === 'failed' ? { to: 'failed', note: outcome.reason } : 'done'
  }
  if (found.outcome !== 'unavailable') return again({ afterSeconds: LATER_SECONDS, isUncounted: true })
  const { reason, retryAfterSeconds: afterSeconds } = found
  return afterSeconds > RETRY_SECONDS ? again({ reason, afterSeconds }) : again({ reason })
}

/** Those that are to be asked again, or that this home cannot do yet, have none. */
async function outcomesFor(
  { home, clock }: ConcludeParts,
  tx: Transaction,
  one: Row<'imports'>,
  items: readonly LookedUp[],
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map()
  const posts: Array<Pick<Entry, 'id' | 'subject'>> = []
  const lines: KnownLine[] = []
  for (const { entry, found } of items) {
    switch (found.outcome) {
      case 'unavailable':
        if (entry.state_attempts + 1 >= MOST_ATTEMPTS) outcomes.set(entry.id, failed(found.reason))
        break
      case 'failed':
        outcomes.set(entry.id, failed(found.reason))
        break
      case 'post':
        posts.push({ id: entry.id, subject: found.uri })
        break
      case 'actor':
        lines.push({ entry, target: found.actor })
        break
      default:
        assertNever(found)
    }
  }
  if (posts.length + lines.length === 0) return outcomes
  const parts = { tx, home, identity: await getActor(tx, one.actor_id), now: clock.now() }
  const bookmarked = posts.length === 0 ? [] : await bookmark(parts, posts)
  const applied = lines.length === 0 ? [] : await apply(parts, one.kind, lines)
  for (const [id, outcome] of [...bookmarked, ...applied]) outcomes.set(id, outcome)
  return outcomes
}

const failed = (reason: string): Outcome => ({ kind: 'failed', reason })

async function bookmark(
  parts: ApplyParts,
  posts: ReadonlyArray<Pick<Entry, 'id' | 'subject'>>,
): Promise<Outcomes> {
  const outcomes = await bookmarkThose(parts, await findKnownPosts(parts.tx, parts.identity.id, posts))
  for (const { id } of posts) if (!outcomes.has(id)) outcomes.set(id, failed('the post is gone'))
  return outcomes
}

async function apply(parts: ApplyParts, kind: ImportKind, lines: readonly KnownLine[]): Promise<Outcomes> {
  if (kind === 'bookmarks' || kind === 'domain_blocks' || kind === 'filters') {
    return new Map(lines.map(({ entry }) => [entry.id, failed('it is an account and no post')]))
  }
  return applyToAccounts(parts, kind, lines)
}
