/**
 * A home in this process, as far as other servers meet it: real PostgreSQL, the public federation routes over real HTTP,
 * the worker's handlers run when the test says so.
 */
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { createDereferencer } from '../../server/activitypub/dereference.ts'
import { createRemoteKeys } from '../../server/activitypub/remote-keys.ts'
import { type Clock, systemClock } from '../../server/core/clock.ts'
import { type Config, loadConfig } from '../../server/core/config.ts'
import { createLogger } from '../../server/core/log.ts'
import { openListener } from '../../server/db/listen.ts'
import type { Database } from '../../server/db/pool.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import { type Actor, getActor, listIdentities } from '../../server/domain/actors/actor.ts'
import { openHome } from '../../server/domain/owner/home.ts'
import { adoptPurgeTarget } from '../../server/domain/purges/purge-target.ts'
import type { Purger } from '../../server/domain/purges/purger.ts'
import { setUpHome } from '../../server/domain/owner/set-up.ts'
import { type PostDraft, createPost } from '../../server/domain/posts/create-post.ts'
import { federationRoutes } from '../../server/http/federation/index.ts'
import type { HttpContext } from '../../server/http/http-context.ts'
import { answerByTable } from '../../server/http/plugins/answer-headers.ts'
import { hintToEdges } from '../../server/http/plugins/edge-hints.ts'
import { shapeAnswers } from '../../server/http/plugins/answers.ts'
import { guardHost } from '../../server/http/plugins/host-guard.ts'
import { createSafeFetch } from '../../server/net/safe-fetch.ts'
import type { Row, Visibility } from '../../server/db/tables.ts'
import type { MediaStore } from '../../server/storage/media-store.ts'
import type { IdleOptions, Runner } from '../../server/stator/runner-types.ts'
import { createRunner } from '../../server/stator/runner.ts'
import { allGraphWork } from '../../server/workers/registry.ts'
import type { FakeActor } from './fake-peer-actor.ts'
import type { HomeTarget, PeerAnswer } from './fake-peer-http.ts'
import { type FakePeer, reach } from './fake-peer.ts'
import { closeBeforeCluster, openTestDatabase } from './test-database.ts'
import { openTestCaches } from './test-caches.ts'
import { openTestExports, openTestMedia, openTestShelf } from './test-media.ts'
import { openTestRemoteMedia } from './test-remote-media.ts'

export interface FederationHomeOptions {
  readonly peers?: readonly FakePeer[]
  readonly config?: Partial<Config>
  readonly domain?: string
  readonly serviceDomain?: string | null
  readonly username?: string
  readonly clock?: Clock
  /** Tells what stands in front; the database is told that something does. */
  readonly purger?: Purger
  /** Makes the home otherwise than by a first run. */
  readonly setUp?: (db: Database, media: MediaStore, config: Config) => Promise<unknown>
  /** Gets the sentences for the journal. */
  readonly notice?: (level: string, message: string) => void
}

type Telling = Pick<FederationHomeOptions, 'purger' | 'notice'>

export class FederationHome {
  readonly context: HttpContext
  readonly target: HomeTarget
  /** The owner's identity. */
  readonly me: Actor
  readonly statementCount: () => number
  readonly #peers: readonly FakePeer[]
  readonly #run: (options?: IdleOptions) => Promise<unknown>

  constructor(parts: {
    context: HttpContext
    target: HomeTarget
    me: Actor
    peers: readonly FakePeer[]
    run: (options?: IdleOptions) => Promise<unknown>
    statementCount: () => number
  }) {
    this.context = parts.context
    this.target = parts.target
    this.me = parts.me
    this.statementCount = parts.statementCount
    this.#peers = parts.peers
    this.#run = parts.run
  }

  get db(): HttpContext['db'] {
    return this.context.db
  }

  /** Everything that is due now is done; with `dueWithinSeconds` what is due soon too, once. */
  async work(options?: IdleOptions): Promise<void> {
    await this.#run(options)
  }

  /** Takes activities by one actor, and works them off. */
  async takes(actor: FakeActor, ...activities: readonly object[]): Promise<PeerAnswer[]> {
    const answers: PeerAnswer[] = []
    for (const activity of activities) answers.push(await actor.sends(this.target, activity))
    await this.work()
    return answers
  }

  /** The identity follows somebody, who has accepted. */
  async follows(
    actor: FakeActor,
    options: { readonly showsBoosts?: boolean; readonly notifies?: boolean } = {},
  ): Promise<Actor> {
    const target = await this.context.dereferencer.actorByUri(actor.uri)
    if (target === null) throw new Error(`${actor.uri} cannot be read`)
    await this.db
      .insertInto('follows')
      .values({
        uri: `https://${this.target.host}/ap/follows/${target.id}`,
        source_id: this.me.id,
        target_id: target.id,
        shows_boosts: options.showsBoosts ?? true,
        notifies: options.notifies ?? false,
        state: 'accepted',
        state_next_attempt_at: null,
      })
      .execute()
    return target
  }

  /** Somebody follows the identity. */
  async isFollowedBy(actor: FakeActor): Promise<void> {
    await this.takes(actor, actor.follow(this.me.uri))
  }

  async writes(
    text: string,
    visibility: Visibility = 'public',
    more: Partial<PostDraft> = {},
  ): Promise<Row<'posts'>> {
    const { db, home, clock } = this.context
    const author = await getActor(db, this.me.id)
    return inTransaction(db, async (tx) =>
      createPost(
        tx,
        home,
        {
          author,
          text,
          visibility,
          summary: '',
          isSensitive: false,
          language: 'en',
          inReplyToId: null,
          attachmentIds: [],
          applicationId: null,
          mentions: new Map(),
          ...more,
        },
        clock.now(),
      ),
    )
  }

  /** URIs of the home timeline, newest first. */
  async timeline(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('timeline_entries')
      .innerJoin('posts', 'posts.id', 'timeline_entries.post_id')
      .select('posts.uri')
      .where('timeline_entries.actor_id', '=', this.me.id)
      .orderBy('posts.id', 'desc')
      .execute()
    return rows.map(({ uri }) => uri)
  }

  /** `kind from`, oldest first. */
  async notifications(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('notifications')
      .innerJoin('actors', 'actors.id', 'notifications.from_actor_id')
      .select(['notifications.kind', 'actors.username'])
      .where('notifications.actor_id', '=', this.me.id)
      .orderBy('notifications.id')
      .execute()
    return rows.map(({ kind, username }) => `${kind} ${username}`)
  }

  async post(uri: string): Promise<Row<'posts'> | undefined> {
    return this.db.selectFrom('posts').selectAll().where('uri', '=', uri).executeTakeFirst()
  }

  async message(activity: { readonly id: string }): Promise<Row<'inbox_messages'>> {
    return this.db
      .selectFrom('inbox_messages')
      .selectAll()
      .where('activity_id', '=', activity.id)
      .executeTakeFirstOrThrow()
  }

  async identity(): Promise<Actor> {
    return getActor(this.db, this.me.id)
  }

  /** How many requests the peers got. */
  asked(): number {
    return this.#peers.reduce((sum, peer) => sum + peer.requests.length, 0)
  }
}

const DOMAIN = 'home.example'

async function setUpFirst(db: Database, options: FederationHomeOptions): Promise<void> {
  const { domain = DOMAIN, username = 'ben', serviceDomain = null, clock = systemClock } = options
  const wish = { username, displayName: 'Ben', password: 'correct horse battery', domain, serviceDomain }
  await setUpHome(db, wish, clock)
}

export async function openFederationHome(options: FederationHomeOptions = {}): Promise<FederationHome> {
  const { peers = [], domain = DOMAIN, clock = systemClock } = options
  const database = await openTestDatabase()
  const { connection, db } = database
  const log = createLogger('test', 'silent')
  const { config: defaults } = loadConfig({ env: {} })
  const config: Config = { ...defaults, inboxPerHostPer5Min: 0, ...options.config }
  const { media } = openTestMedia()
  if (options.setUp === undefined) await setUpFirst(db, options)
  else await options.setUp(db, media, config)
  const listener = openListener(connection, 'homebird test', log)
  closeBeforeCluster(async () => listener.close())
  await listener.ready
  const home = await openHome(db, listener, log)
  const fetch = createSafeFetch({
    remoteTimeout: config.remoteTimeout,
    allowPrivateAddresses: [],
    userAgent: 'Homebird/test',
    clock,
    log,
    ...reach(...peers),
    isOwnHost: (host) => home.isOwnHost(host),
    isBlockedHost: (host) => home.isBlockedDomain(host),
  })
  closeBeforeCluster(async () => fetch.close())
  const dereferencer = createDereferencer({ db, clock, log, home, fetch })
  const remoteKeys = createRemoteKeys({ db, clock, log, home, fetch, listener })
  const stopping = new AbortController()
  const caches = openTestCaches(clock)
  const context: HttpContext = {
    config,
    clock,
    log,
    db,
    listener,
    fetch,
    home,
    dereferencer,
    remoteKeys,
    media,
    exports: openTestExports(),
    shelf: openTestShelf(),
    caches,
    remoteMedia: openTestRemoteMedia({ db, clock, log, fetch, caches }),
    purger: null,
    oneTimeKeyHash: null,
    windowDir: null,
    supervision: null,
    stopping: stopping.signal,
  }
  const app = fastify({ logger: false })
  shapeAnswers(app, log)
  answerByTable(app, context)
  hintToEdges(app, config)
  guardHost(app, { home, allowedHosts: [] })
  await app.register(federationRoutes(context))
  await app.listen({ host: '127.0.0.1', port: 0 })
  closeBeforeCluster(async () => app.close())
  if (options.purger !== undefined) await adoptPurgeTarget(db, 'generic')
  const runner = openWorker(context, options)
  const [me] = await listIdentities(db)
  if (me === undefined) throw new Error('the home has no identity')
  const host = options.serviceDomain ?? domain
  const target: HomeTarget = { host, port: (app.server.address() as AddressInfo).port }
  for (const peer of peers) {
    peer.meets(target)
    closeBeforeCluster(async () => peer.close())
  }
  return new FederationHome({
    context,
    target,
    me,
    peers,
    statementCount: () => database.statementCount(),
    run: async (idle) => runner.runUntilIdle(idle),
  })
}

function openWorker(context: HttpContext, { purger, notice }: Telling): Runner {
  const { db, clock, log } = context
  const runner = createRunner({
    db,
    listener: null,
    clock,
    log,
    graphs: allGraphWork({ ...context, purger: purger ?? null, ...(notice === undefined ? {} : { notice }) }),
    concurrency: 8,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
  })
  closeBeforeCluster(async () => runner.stop())
  return runner
}
