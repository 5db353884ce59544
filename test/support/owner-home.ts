/** The private listener of a home that is not set up yet, with a key and a bundle: what the owner's routes are tested on. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDereferencer } from '../../server/activitypub/dereference.ts'
import { createRemoteKeys } from '../../server/activitypub/remote-keys.ts'
import { type Config, loadConfig } from '../../server/core/config.ts'
import { createLogger } from '../../server/core/log.ts'
import { openListener } from '../../server/db/listen.ts'
import type { Database } from '../../server/db/pool.ts'
import { openHome } from '../../server/domain/owner/home.ts'
import { buildPrivateApp, buildPublicApp } from '../../server/http/app.ts'
import type { BackupShelf } from '../../server/http/backup-shelf.ts'
import type { HttpContext, Supervision } from '../../server/http/http-context.ts'
import { createSafeFetch } from '../../server/net/safe-fetch.ts'
import { type PlainAnswer, type PlainRequest, askListener } from './http-client.ts'
import { closeBeforeCluster, openTestDatabase } from './test-database.ts'
import type { Caches } from '../../server/storage/caches/open-caches.ts'
import { openTestCaches } from './test-caches.ts'
import { openTestExports, openTestMedia, openTestShelf } from './test-media.ts'
import { openTestRemoteMedia } from './test-remote-media.ts'

export const START_KEY = 'the-key-of-this-start'

export interface OwnerHome {
  readonly db: Database
  readonly port: number
  readonly publicPort: number
  readonly caches: Caches
  /** Wall clock of the home; move it. */
  readonly clock: { nowMs: number }
  /** As a page of the window asks: with the origin, the mark and the cookie of the browser it stands for. */
  asPage(path: string, request?: PlainRequest): Promise<PlainAnswer>
  /** Exactly as written. */
  ask(path: string, request?: PlainRequest): Promise<PlainAnswer>
  /** `name=value` that the browser holds, or empty. */
  cookie: string
}

interface OwnerHomeOptions {
  readonly hasBundle?: boolean
  readonly supervision?: Supervision
  readonly backupShelf?: BackupShelf
  /** Path of a socket on which the private listener is served too. */
  readonly socket?: string
  /** Settings, as environment variables. */
  readonly env?: Readonly<Record<string, string>>
}

export async function openOwnerHome(options: OwnerHomeOptions = {}): Promise<OwnerHome> {
  const database = await openTestDatabase()
  const log = createLogger('test', 'silent')
  const clock = { nowMs: Date.now() }
  const ticking = { now: () => new Date(clock.nowMs), monotonicMs: () => performance.now() }
  const listener = openListener(database.connection, 'test', log)
  closeBeforeCluster(async () => listener.close())
  await listener.ready
  const home = await openHome(database.db, listener, log)
  closeBeforeCluster(async () => home.close())
  const config: Config = loadConfig({ env: options.env ?? {} }).config
  const shared = { db: database.db, clock: ticking, log, home }
  const fetch = createSafeFetch({ ...shared, ...config, userAgent: 'test', isOwnHost: () => false })
  closeBeforeCluster(async () => fetch.close())
  const remoteKeys = createRemoteKeys({ ...shared, fetch, listener })
  closeBeforeCluster(async () => remoteKeys.close())
  const caches = openTestCaches(ticking)
  const bare: HttpContext = {
    ...shared,
    fetch,
    listener,
    remoteKeys,
    media: openTestMedia().media,
    exports: openTestExports(),
    shelf: openTestShelf(),
    caches,
    remoteMedia: openTestRemoteMedia({ ...shared, fetch, caches }),
    config,
    purger: null,
    oneTimeKeyHash: createHash('sha256').update(START_KEY).digest('hex'),
    windowDir: options.hasBundle === true ? await makeBundle() : null,
    supervision: options.supervision ?? null,
    ...(options.backupShelf === undefined ? {} : { backupShelf: options.backupShelf }),
    dereferencer: createDereferencer({ ...shared, fetch }),
    stopping: new AbortController().signal,
    poolCounts: () => database.counts(),
  }
  const context = config.metrics ? await withFigures(bare) : bare
  if (options.socket !== undefined) await serveSocket(await buildPrivateApp(context), options.socket)
  const port = await serve(await buildPrivateApp(context))
  const publicPort = await serve(await buildPublicApp(context))
  return new Asking(context, port, publicPort, clock)
}

/** Loaded only where a test reads them. */
async function withFigures(context: HttpContext): Promise<HttpContext> {
  const { openFigures } = await import('../../server/http/metrics/figures.ts')
  return { ...context, figures: openFigures(context) }
}

const SET_UP = {
  username: 'ana',
  displayName: 'Ana',
  password: 'correct horse battery',
  domain: 'home.example',
  serviceDomain: null,
}

/** One that is set up as `@ana@home.example`, with its owner signed in. */
export async function openSetUpHome(): Promise<OwnerHome> {
  const home = await openOwnerHome()
  const api = '/api/homebird/v1'
  await home.asPage(`${api}/session/key`, { method: 'POST', body: { key: START_KEY } })
  const answer = await home.asPage(`${api}/setup`, { method: 'POST', body: SET_UP })
  if (answer.status !== 200) throw new Error(`the set-up answered ${answer.status}: ${answer.text()}`)
  return home
}

async function serve(app: Awaited<ReturnType<typeof buildPrivateApp>>): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  closeBeforeCluster(async () => app.close())
  return (app.server.address() as AddressInfo).port
}

async function serveSocket(app: Awaited<ReturnType<typeof buildPrivateApp>>, path: string): Promise<void> {
  await app.listen({ path })
  closeBeforeCluster(async () => app.close())
}

async function makeBundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bundle-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Homebird</title>')
  await writeFile(join(folder, 'assets', 'index-abc.js'), 'export {}')
  await mkdir(join(folder, 'icons'))
  for (const name of ['service-worker.js', 'manifest.webmanifest', 'icons/homebird-192.png']) {
    await writeFile(join(folder, name), name)
  }
  return folder
}

class Asking implements OwnerHome {
  readonly db: Database
  readonly port: number
  readonly publicPort: number
  readonly caches: Caches
  readonly clock: { nowMs: number }
  cookie = ''

  constructor({ db, caches }: HttpContext, port: number, publicPort: number, clock: { nowMs: number }) {
    this.db = db
    this.caches = caches
    this.port = port
    this.publicPort = publicPort
    this.clock = clock
  }

  async ask(path: string, request: PlainRequest = {}): Promise<PlainAnswer> {
    return askListener(this.port, `127.0.0.1:${this.port}`, path, request)
  }

  async asPage(path: string, request: PlainRequest = {}): Promise<PlainAnswer> {
    const answer = await this.ask(path, {
      ...request,
      headers: {
        origin: `http://127.0.0.1:${this.port}`,
        'sec-fetch-site': 'same-origin',
        'x-homebird': '1',
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...request.headers,
      },
    })
    const [set = ''] = answer.headers['set-cookie'] ?? []
    if (set !== '') this.cookie = set.split(';')[0] ?? ''
    return answer
  }
}
