/**
 * Handles polls. Of an own one everybody who has it is told the counts while votes come in, and the result at its end; of
 * one elsewhere the origin is asked for both.
 */
import { updateActivity } from '../activitypub/activities.ts'
import type { Dereferencer } from '../activitypub/dereference.ts'
import { loadOwnObjects } from '../activitypub/own-notes.ts'
import { activityUri } from '../activitypub/uris.ts'
import type { Clock } from '../core/clock.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import { closeOwnPoll, tellOfEnd } from '../domain/polls/end-poll.ts'
import type { pollGraph } from '../domain/polls/poll-graph.ts'
import { isOver } from '../domain/polls/remote-poll.ts'
import { audienceOfChange } from '../domain/posts/audience.ts'
import { tellOfEdit } from '../domain/posts/local-effects.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'
import { readPollAgain, isAwaited } from './poll-reading.ts'
import { queue } from './queue.ts'

export interface PollHandlerParts {
  readonly db: Database
  readonly clock: Clock
  readonly dereferencer: Pick<Dereferencer, 'readFacts'>
  /** `/media/`, or the absolute address that own media is served under. */
  readonly mediaUrl: string
}

type Poll = Row<'polls'>

/** The origin counts its last votes before it is asked. */
const GRACE_MS = 30_000
/** How long an origin that does not answer is waited for; then the last counts stand. */
const PATIENCE_MS = 86_400_000
const DAY_SECONDS = 86_400

export function pollHandlers(parts: PollHandlerParts): HandlersOf<typeof pollGraph> {
  return {
    open: { each: async (poll) => (poll.is_local ? endOwn(parts, poll) : awaitEnd(parts, poll)) },
    voted: { each: async () => Promise.resolve('telling' as const) },
    telling: { each: async (poll) => tellCounts(parts, poll) },
    outdated: { each: async (poll) => countAnew(parts, poll) },
    closing: { each: async (poll) => endRemote(parts, poll) },
  }
}

async function endOwn(parts: PollHandlerParts, { id }: Poll): Promise<Verdict<'closed'>> {
  const now = parts.clock.now()
  return inTransaction(parts.db, async (tx) => {
    const locked = await lock(tx, id)
    if (locked === null) return 'closed'
    const { poll, post } = locked
    if (!isOver(poll, now)) return waitUntil(poll.ends_at, now)
    await closeOwnPoll(tx, id, now)
    await tellOfEnd(tx, id)
    await tellEverybody(tx, parts, post, `poll-end-${poll.ends_at?.getTime()}`)
    return 'closed'
  })
}

/** Moments are kept by the database, so that a home that slept through one acts when it wakes. */
function waitUntil(moment: Date | null, now: Date): Verdict<never> {
  const afterSeconds =
    moment === null ? DAY_SECONDS : Math.max(0, (moment.getTime() - now.getTime()) / 1_000) + 0.05
  return again({ afterSeconds, isUncounted: true, reason: 'it has not ended' })
}

async function awaitEnd({ clock }: PollHandlerParts, poll: Poll): Promise<Verdict<'closing'>> {
  const now = clock.now()
  if (poll.closed_at !== null) return 'closing'
  if (poll.ends_at === null) return waitUntil(null, now)
  const askedAt = new Date(poll.ends_at.getTime() + GRACE_MS)
  return askedAt <= now ? 'closing' : waitUntil(askedAt, now)
}

async function tellCounts(parts: PollHandlerParts, poll: Poll): Promise<Verdict<'open'>> {
  await inTransaction(parts.db, async (tx) => {
    const locked = await lock(tx, poll.id)
    if (locked !== null)
      await tellEverybody(tx, parts, locked.post, `poll-${poll.state_changed_at.getTime()}`)
  })
  return 'open'
}

interface Locked {
  readonly poll: Poll
  readonly post: Row<'posts'>
}

/** The poll and its post as they are now, until the end of the transaction; null when the post was deleted. */
async function lock(tx: Transaction, id: string): Promise<Locked | null> {
  const post = await tx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  const poll = await tx.selectFrom('polls').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return post === undefined || poll === undefined ? null : { poll, post }
}

/** Whoever has the post, and open streams here. What was not sent at all yet carries its counts when it is. */
async function tellEverybody(
  tx: Transaction,
  { clock, mediaUrl }: PollHandlerParts,
  post: Row<'posts'>,
  name: string,
): Promise<void> {
  await tellOfEdit(tx, post.id)
  if (post.state === 'new') return
  const object = (await loadOwnObjects(tx, [post], { mediaUrl })).get(post.id)
  const author = await tx
    .selectFrom('actors')
    .select(['id', 'uri', 'host'])
    .where('id', '=', post.author_id)
    .executeTakeFirst()
  if (object === undefined || author === undefined) return
  await queue(tx, {
    signer: author,
    activity: updateActivity({
      id: activityUri(new URL(post.uri).origin, `${post.id}-${name}`),
      actorUri: author.uri,
      object,
      updatedAt: clock.now(),
    }),
    objectUri: post.uri,
    recipients: audienceOfChange(post),
  })
}

/** Somebody looks: an origin that does not answer is asked again when somebody looks again. */
async function countAnew(
  parts: PollHandlerParts,
  { id }: Poll,
): Promise<Verdict<'open' | 'seen' | 'closed'>> {
  const reading = await readPollAgain(parts, id)
  return inTransaction(parts.db, async (tx) => {
    const locked = await lock(tx, id)
    if (locked === null) return 'closed'
    if (reading.outcome === 'found' && isOver(locked.poll, parts.clock.now())) {
      await tellOfEnd(tx, id)
      return 'closed'
    }
    const to = (await isAwaited(tx, id)) ? 'open' : 'seen'
    return reading.outcome === 'found' ? to : { to, note: reading.reason }
  })
}

async function endRemote(parts: PollHandlerParts, poll: Poll): Promise<Verdict<'open' | 'closed'>> {
  const now = parts.clock.now()
  const endedAt = (poll.closed_at ?? poll.ends_at ?? now).getTime()
  const wasReadAfter = poll.fetched_at !== null && poll.fetched_at.getTime() > endedAt + GRACE_MS
  const reading = wasReadAfter ? ({ outcome: 'found' } as const) : await readPollAgain(parts, poll.id)
  if (reading.outcome === 'unavailable' && now.getTime() < endedAt + PATIENCE_MS) {
    return again({ reason: reading.reason })
  }
  return inTransaction(parts.db, async (tx) => {
    const locked = await lock(tx, poll.id)
    if (locked === null) return 'closed'
    // The author gave it more time.
    if (!isOver(locked.poll, now)) return 'open'
    await tellOfEnd(tx, poll.id)
    return reading.outcome === 'found' ? 'closed' : { to: 'closed', note: reading.reason }
  })
}
