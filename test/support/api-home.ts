/**
 * A home in the process of the test: a real database, both listeners on loopback, no worker. The owner's apps speak to it
 * over HTTP; what others wrote is put into the tables as the inbox would leave it.
 */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { createDereferencer } from '../../server/activitypub/dereference.ts'
import { createRemoteKeys } from '../../server/activitypub/remote-keys.ts'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import { type Config, loadConfig } from '../../server/core/config.ts'
import { type Clock, systemClock } from '../../server/core/clock.ts'
import { createLogger } from '../../server/core/log.ts'
import { openListener } from '../../server/db/listen.ts'
import type { Database } from '../../server/db/pool.ts'
import type { Row } from '../../server/db/tables.ts'
import { listIdentities } from '../../server/domain/actors/actor.ts'
import { registerApp } from '../../server/domain/oauth/apps.ts'
import { issueToken } from '../../server/domain/oauth/tokens.ts'
import { type Home, openHome } from '../../server/domain/owner/home.ts'
import { setUpHome } from '../../server/domain/owner/set-up.ts'
import { buildPrivateApp, buildPublicApp } from '../../server/http/app.ts'
import type { HttpContext } from '../../server/http/http-context.ts'
import { createSafeFetch } from '../../server/net/safe-fetch.ts'
import type { Caches } from '../../server/storage/caches/open-caches.ts'
import { type FakePeer, reach } from './fake-peer.ts'
import { type PlainAnswer, type PlainRequest, askListener } from './http-client.ts'
import { RemoteSeeds } from './remote-seeds.ts'
import { closeBeforeCluster, openTestDatabase } from './test-database.ts'
import { openTestCaches } from './test-caches.ts'
import { openConfiguredMedia, openTestExports, openTestMedia, openTestShelf } from './test-media.ts'
import { openTestRemoteMedia } from './test-remote-media.ts'

export const PASSWORD = 'correct horse battery'

export interface ApiHomeOptions {
  /** Null for a home that is only on this computer: it answers by its loopback address. */
  readonly domain?: string | null
  /** The host that answers, where it is not the domain of the handle. */
  readonly serviceDomain?: string
  readonly peers?: readonly FakePeer[]
  readonly clock?: Clock
  /** Settings, as variables. */
  readonly env?: Readonly<Record<string, string>>
  /** Of the disk of uploads. */
  readonly leastFreeMediaBytes?: number
  /** In memory unless given. */
  readonly caches?: Caches
  /** Of files of others on their way. */
  readonly spoolFolder?: string
}

/** One app's way to a listener: its token, and requests with it. */
export class ApiClient {
  readonly #port: number
  readonly #host: string
  readonly token: string | null

  constructor(port: number, host: string, token: string | null) {
    this.#port = port
    this.#host = host
    this.token = token
  }

  async ask(path: string, request: PlainRequest = {}): Promise<PlainAnswer> {
    const authorization = this.token === null ? {} : { authorization: `Bearer ${this.token}` }
    return askListener(this.#port, this.#host, path, {
      ...request,
      headers: { ...authorization, ...request.headers },
    })
  }

  /** JSON of a good answer; anything else is a failed test. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.ask(path, { method, ...(body === undefined ? {} : { body }) })
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text().slice(0, 500)}`)
    }
    return answer.json() as unknown as T
  }

  async get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path)
  }

  async post<T>(path: string, body: object = {}): Promise<T> {
    return this.call<T>('POST', path, body)
  }

  /** The answer while it is still open, for streams. */
  async open(
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ answer: IncomingMessage; request: ClientRequest }> {
    const authorization = this.token === null ? {} : { authorization: `Bearer ${this.token}` }
    const request = httpRequest({
      host: '127.0.0.1',
      port: this.#port,
      path,
      headers: { host: this.#host, ...authorization, ...headers },
      agent: false,
    })
    request.end()
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    return { answer, request }
  }
}

export interface ApiHome {
  readonly context: HttpContext
  readonly db: Database
  /** For what stands for another process of the home. */
  readonly connection: DatabaseConnection
  readonly home: Home
  readonly host: string
  readonly publicPort: number
  readonly privatePort: number
  /** Where uploads lie. */
  readonly mediaFolder: string
  readonly ana: Row<'actors'>
  /** Others, as the inbox would have stored them. */
  readonly others: RemoteSeeds
  statementCount(): number
  /** An app that ana has given these scopes. */
  app(scopes?: readonly string[], actorId?: string): Promise<ApiClient>
  stranger(): ApiClient
  ask(path: string, request?: PlainRequest): Promise<PlainAnswer>
  /** A request to the private listener, by its loopback address. */
  askPrivate(path: string, request?: PlainRequest): Promise<PlainAnswer>
}

/** Open until the last test of the file has ended. */
export async function openApiHome(options: ApiHomeOptions = {}): Promise<ApiHome> {
  const { domain = 'home.example', serviceDomain = null, clock = systemClock, peers = [], env = {} } = options
  const database = await openTestDatabase()
  const { db, connection } = database
  const log = createLogger('test', 'silent')
  const owner = { username: 'ana', displayName: 'Ana', password: PASSWORD, domain, serviceDomain }
  await setUpHome(db, owner, clock)
  const listener = openListener(connection, 'test', log)
  closeBeforeCluster(async () => listener.close())
  await listener.ready
  const home = await openHome(db, listener, log)
  closeBeforeCluster(async () => home.close())
  const fetch = createSafeFetch({
    ...reach(...peers),
    remoteTimeout: { connect: 1, read: 2, write: 2, pool: 10 },
    allowPrivateAddresses: [],
    userAgent: 'test',
    clock,
    log,
    isOwnHost: (name) => home.isOwnHost(name),
    isBlockedHost: (name) => home.isBlockedDomain(name),
  })
  closeBeforeCluster(async () => fetch.close())
  const shared = { db, clock, log, home, fetch }
  const remoteKeys = createRemoteKeys({ ...shared, listener })
  closeBeforeCluster(async () => remoteKeys.close())
  const stopping = new AbortController()
  const config = testConfig(env)
  const uploads =
    config.mediaBackend.kind === 'local'
      ? openTestMedia(options.leastFreeMediaBytes)
      : openConfiguredMedia(config)
  const caches = options.caches ?? openTestCaches(clock)
  const context: HttpContext = {
    ...shared,
    listener,
    remoteKeys,
    media: uploads.media,
    exports: openTestExports(),
    shelf: openTestShelf(),
    caches,
    remoteMedia: openTestRemoteMedia({ ...shared, caches, spoolFolder: options.spoolFolder }),
    config,
    purger: null,
    oneTimeKeyHash: null,
    windowDir: null,
    supervision: null,
    dereferencer: createDereferencer(shared),
    stopping: stopping.signal,
  }
  const publicPort = await serve(await buildPublicApp(context))
  const privatePort = await serve(await buildPrivateApp(context))
  const [ana] = await listIdentities(db)
  if (ana === undefined) throw new Error('set-up made no identity')
  const host = serviceDomain ?? domain ?? `127.0.0.1:${publicPort}`
  const client = (token: string | null): ApiClient => new ApiClient(publicPort, host, token)
  return {
    context,
    db,
    connection,
    home,
    host,
    publicPort,
    privatePort,
    mediaFolder: uploads.folder,
    ana,
    statementCount: () => database.statementCount(),
    others: new RemoteSeeds(db),
    app: async (scopes = ['read', 'write', 'follow', 'push'], actorId = ana.id) =>
      client(await tokenFor(db, actorId, scopes)),
    stranger: () => client(null),
    ask: async (path, request) => client(null).ask(path, request),
    askPrivate: async (path, request) => askListener(privatePort, `127.0.0.1:${privatePort}`, path, request),
  }
}

function testConfig(env: Readonly<Record<string, string>>): Config {
  return loadConfig({ env }).config
}

async function serve(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  closeBeforeCluster(async () => app.close())
  return (app.server.address() as AddressInfo).port
}

async function tokenFor(db: Database, actorId: string, scopes: readonly string[]): Promise<string> {
  const draft = { name: 'Test app', website: null, redirectUris: ['urn:ietf:wg:oauth:2.0:oob'], scopes }
  const { app } = await registerApp(db, draft, new Date())
  return (await issueToken(db, { appId: app.id, actorId, scopes }, new Date())).token
}
