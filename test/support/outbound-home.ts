/** A home that writes and sends, without HTTP of its own: database, Home, worker; other servers are scripted ones. */
import { createPublicKey } from 'node:crypto'
import type { TestContext } from 'node:test'
import { systemClock } from '../../server/core/clock.ts'
import { createLogger } from '../../server/core/log.ts'
import type { RemoteTimeout } from '../../server/core/setting-types.ts'
import { type Listener, openListener } from '../../server/db/listen.ts'
import type { Database, Transaction } from '../../server/db/pool.ts'
import type { Row, Visibility } from '../../server/db/tables.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { actorGraph } from '../../server/domain/actors/actor-graph.ts'
import { blockGraph } from '../../server/domain/blocks/block-graph.ts'
import { fanOutGraph } from '../../server/domain/fan-outs/fan-out-graph.ts'
import type { OfflineGuard } from '../../server/domain/fan-outs/offline-guard.ts'
import { followGraph } from '../../server/domain/follows/follow-graph.ts'
import { interactionGraph } from '../../server/domain/interactions/interaction-graph.ts'
import { type Home, openHome } from '../../server/domain/owner/home.ts'
import { setUpHome } from '../../server/domain/owner/set-up.ts'
import { createPost } from '../../server/domain/posts/create-post.ts'
import { postGraph } from '../../server/domain/posts/post-graph.ts'
import { createSafeFetch } from '../../server/net/safe-fetch.ts'
import type { GraphWork } from '../../server/stator/graph.ts'
import { createRunner } from '../../server/stator/runner.ts'
import type { Runner } from '../../server/stator/runner-types.ts'
import { blockHandlers } from '../../server/workers/block-handlers.ts'
import { type FanOutParts, fanOutHandlers } from '../../server/workers/fan-out-handlers.ts'
import { followHandlers } from '../../server/workers/follow-handlers.ts'
import { identityHandlers } from '../../server/workers/identity-handlers.ts'
import { interactionHandlers } from '../../server/workers/interaction-handlers.ts'
import { type PostHandlerParts, postHandlers } from '../../server/workers/post-handlers.ts'
import { type FakeActor, type FakePeer, type ReceivedActivity, reach } from './fake-peer.ts'
import { checkSignature } from './fake-peer-signatures.ts'
import { openTestDatabase } from './test-database.ts'

export type Actor = Row<'actors'>
export type Post = Row<'posts'>

export interface Draft {
  readonly text: string
  readonly visibility: Visibility
  readonly summary: string
  readonly inReplyToId: string | null
  readonly mentions: readonly Actor[]
}

export interface OutboundHome {
  readonly db: Database
  readonly home: Home
  readonly listener: Listener
  readonly ana: Actor
  readonly runner: Runner
  /** Another worker on the same database, which remembers nothing. */
  readonly restarted: () => Promise<Runner>
  readonly statementCount: () => number
  readonly tx: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>
  /** The stored row of a scripted actor. */
  readonly knows: (actor: FakeActor) => Promise<Actor>
  /** An accepted follow of ana, or of another identity. */
  readonly isFollowedBy: (actor: FakeActor, target?: Actor) => Promise<Actor>
  readonly writes: (draft: Partial<Draft>, author?: Actor) => Promise<Post>
  /** Checks what a scripted server got against the keys of this home. */
  readonly hasGoodSignature: (received: ReceivedActivity) => Promise<boolean>
}

interface Options {
  readonly domain?: string
  /** Further certificate authorities and addresses, for servers that are no `FakePeer`. */
  readonly reach?: {
    readonly hostAddresses: Readonly<Record<string, string>>
    readonly tlsCa: readonly string[]
  }
  readonly perHost?: number
  /** Deliveries at once are four times as many. */
  readonly perModel?: number
  readonly remoteTimeout?: RemoteTimeout
  /**
   * Told of each delivery that begins, with the address of the inbox; what it returns is called when that is over. Nothing is
   * sent before it returns, and what it throws is how that one ends.
   */
  readonly onDelivery?: (url: string) => (() => void) | Promise<() => void>
  /** What the senders hear of the home's own line. */
  readonly line?: OfflineGuard
}

export async function openOutboundHome(
  t: TestContext,
  peers: readonly FakePeer[],
  options: Options = {},
): Promise<OutboundHome> {
  const database = await openTestDatabase()
  const { db, connection } = database
  const log = createLogger('test', 'silent')
  const domain = options.domain ?? 'home.example'
  await setUpHome(
    db,
    { username: 'ana', displayName: 'Ana', password: 'correct horse', domain, serviceDomain: null },
    systemClock,
  )
  const listener = openListener(connection, 'test', log)
  t.after(async () => listener.close())
  await listener.ready
  const home = await openHome(db, listener, log)
  t.after(() => home.close())
  const reached = options.reach ?? reach(...peers)
  const fetch = createSafeFetch({
    ...reached,
    remoteTimeout: options.remoteTimeout ?? { connect: 1, read: 2, write: 2, pool: 10 },
    allowPrivateAddresses: [],
    userAgent: 'test',
    clock: systemClock,
    log,
    isOwnHost: (host) => home.isOwnHost(host),
    isBlockedHost: (host) => home.isBlockedDomain(host),
  })
  t.after(async () => fetch.close())
  const parts = { db, clock: systemClock, log, home, fetch, mediaUrl: '/media/', previewCards: false }
  const sender = watchedBy(options.onDelivery, fetch)
  const open = (): Runner => {
    const runner = createRunner({
      db,
      listener,
      clock: systemClock,
      log,
      graphs: allGraphs({ ...parts, ...lineOf(options) }, sender),
      concurrency: 80,
      concurrencyPerModel: options.perModel ?? 16,
      concurrencyPerHost: options.perHost ?? 4,
    })
    t.after(async () => runner.stop())
    return runner
  }
  const runner = open()
  const restarted = async (): Promise<Runner> => {
    await runner.stop()
    return open()
  }
  const ana = await db
    .selectFrom('actors')
    .selectAll()
    .where('username', '=', 'ana')
    .executeTakeFirstOrThrow()
  const statementCount = (): number => database.statementCount()
  return homeOf({ db, home, listener, ana, runner, restarted, statementCount })
}

const lineOf = ({ line }: Options): Pick<FanOutParts, 'line'> => (line === undefined ? {} : { line })

type Sender = FanOutParts['fetch']

function watchedBy(onDelivery: Options['onDelivery'], fetch: Sender): Sender {
  if (onDelivery === undefined) return fetch
  return {
    async postActivity(url, post) {
      const isOver = await onDelivery(url)
      return fetch.postActivity(url, post).finally(isOver)
    },
  }
}

function allGraphs(parts: FanOutParts & PostHandlerParts, sender: Sender): GraphWork[] {
  return [
    { graph: postGraph, handlers: postHandlers(parts) },
    { graph: interactionGraph, handlers: interactionHandlers(parts) },
    { graph: followGraph, handlers: followHandlers(parts) },
    { graph: blockGraph, handlers: blockHandlers(parts) },
    { graph: fanOutGraph, handlers: fanOutHandlers({ ...parts, fetch: sender }) },
    {
      graph: actorGraph,
      handlers: { ...identityHandlers(parts), outdated: { each: async () => 'updated' as const } },
    },
  ]
}

function homeOf(
  parts: Pick<OutboundHome, 'db' | 'home' | 'listener' | 'ana' | 'runner' | 'restarted' | 'statementCount'>,
): OutboundHome {
  const { db, home, ana } = parts
  const tx: OutboundHome['tx'] = async (work) => inTransaction(db, work)
  const knows: OutboundHome['knows'] = async (actor) => storeActor(db, actor)
  return {
    ...parts,
    tx,
    knows,
    async isFollowedBy(actor, target = ana) {
      const follower = await knows(actor)
      await db
        .insertInto('follows')
        .values({
          uri: `${actor.uri}/follows/${target.id}`,
          source_id: follower.id,
          target_id: target.id,
          state: 'accepted',
          state_next_attempt_at: null,
        })
        .execute()
      return follower
    },
    async writes(draft, author = ana) {
      const { mentions = [] } = draft
      const written = {
        author,
        text: draft.text ?? 'hello',
        summary: draft.summary ?? '',
        isSensitive: false,
        language: 'en',
        visibility: draft.visibility ?? 'public',
        inReplyToId: draft.inReplyToId ?? null,
        attachmentIds: [],
        applicationId: null,
        mentions: mentionMap(mentions),
      } as const
      return tx(async (transaction) => createPost(transaction, home, written, new Date()))
    },
    async hasGoodSignature({ request }) {
      const verdict = await checkSignature(request, async (keyUri) => publicKeyOf(db, keyUri))
      return verdict.valid
    },
  }
}

export function mentionMap(actors: readonly Actor[]): Map<string, Actor> {
  return new Map(actors.map((actor) => [`${actor.username}@${actor.handle_domain}`, actor]))
}

async function storeActor(db: Database, actor: FakeActor): Promise<Actor> {
  const { host, origin } = actor.peer
  return db
    .insertInto('actors')
    .values({
      uri: actor.uri,
      host,
      username: actor.name,
      handle_domain: actor.handleDomain,
      inbox_uri: `${actor.uri}/inbox`,
      shared_inbox_uri: `${origin}/inbox`,
      followers_uri: actor.followers,
      fetched_at: new Date(),
    })
    .onConflict((conflict) => conflict.column('uri').doUpdateSet({ fetched_at: new Date() }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function publicKeyOf(db: Database, keyUri: string): Promise<string | undefined> {
  const key = await db
    .selectFrom('actor_keys')
    .select('public_key_pem')
    .where('key_uri', '=', keyUri)
    .executeTakeFirst()
  if (key === undefined) return undefined
  return createPublicKey(key.public_key_pem).export({ type: 'spki', format: 'pem' }).toString()
}
