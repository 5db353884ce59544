/** Reads what an actor elsewhere takes for its followers here, and puts right what only one side remembers. */
import { followActivity, undoActivity } from '../activitypub/activities.ts'
import { type JsonObject, asArray, idOf, typeOf } from '../activitypub/json.ts'
import { RemoteDocuments } from '../activitypub/remote-documents.ts'
import { activityUri } from '../activitypub/uris.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { followCheckGraph } from '../domain/follows/follow-check-graph.ts'
import { readFollowsBefore, settleFollows } from '../domain/follows/settle-follows.ts'
import type { Home } from '../domain/owner/home.ts'
import { originOfHost } from '../domain/owner/own-uris.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import { sameOrigin } from '../net/origin.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'
import { queue } from './queue.ts'

export interface FollowCheckParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Home
  readonly fetch: SafeFetch
}

type Check = Row<'follow_checks'>
type Target = Pick<Row<'actors'>, 'id' | 'uri' | 'followers_uri' | 'gone_at'>

export function followCheckHandlers(parts: FollowCheckParts): HandlersOf<typeof followCheckGraph> {
  const documents = new RemoteDocuments(parts)
  return { due: { each: async (check) => compare(parts, documents, check) } }
}

async function compare(
  parts: FollowCheckParts,
  documents: RemoteDocuments,
  check: Check,
): Promise<Verdict<'done'>> {
  const { db, home, clock, log } = parts
  const target = await db
    .selectFrom('actors')
    .select(['id', 'uri', 'followers_uri', 'gone_at'])
    .where('id', '=', check.actor_id)
    .executeTakeFirst()
  if (target === undefined || target.gone_at !== null) return 'done'
  const { host } = home.instanceActor()
  const before = await readFollowsBefore(db, target.id, host)
  const read = await documents.read(check.url, { anyId: true, isFresh: true })
  if (read.outcome === 'unavailable')
    return again({ reason: read.reason, afterSeconds: read.retryAfterSeconds })
  if (read.outcome !== 'found')
    return { to: 'done', note: read.outcome === 'gone' ? 'it is gone' : read.reason }
  const listed = listOf(read.document, read.finalUrl, target)
  if (typeof listed === 'string') return { to: 'done', note: listed }
  await inTransaction(db, async (tx) => {
    const unknown = await settleFollows(tx, target.id, before, listed, clock.now())
    for (const identity of unknown) {
      const origin = originOfHost(identity.host)
      const run = `${check.id}-${identity.id}-${check.state_changed_at.getTime()}`
      const follow = followActivity({
        id: activityUri(origin, `${run}-follow`),
        actorUri: identity.uri,
        targetUri: target.uri,
      })
      await queue(tx, {
        signer: identity,
        activity: undoActivity({
          id: activityUri(origin, `${run}-undo`),
          actorUri: identity.uri,
          activity: follow,
        }),
        objectUri: `${identity.uri} follows ${target.uri}`,
        recipients: { actorIds: [target.id], evenBlocked: true },
      })
    }
    log.info({ event: 'follows.compared', actor: target.uri, listed: listed.size, undone: unknown.length })
  })
  return 'done'
}

/** Addresses of a whole list on the actor's own origin; else why nothing follows from it. */
function listOf(document: JsonObject, finalUrl: string, target: Target): ReadonlySet<string> | string {
  const id = idOf(document['id'])
  const isNamed = id !== null && (id === finalUrl || id === target.followers_uri)
  if (!sameOrigin(finalUrl, target.uri) || !isNamed) return `${finalUrl} is no list of ${target.uri}`
  const type = typeOf(document)
  if (type !== 'OrderedCollection' && type !== 'Collection') return `${finalUrl} is no collection`
  // Where only a part is shown, what is missing means nothing.
  const items = document['orderedItems'] ?? document['items']
  if (!Array.isArray(items) || document['first'] !== undefined || document['next'] !== undefined) {
    return `${finalUrl} does not list everybody`
  }
  return new Set(asArray(items).flatMap((item) => idOf(item) ?? []))
}
