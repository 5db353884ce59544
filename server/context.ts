/**
 * The composition root: a start message in, the parts of a process out, closed in reverse. Imported by entries and
 * commands only; everything below takes what it uses as arguments.
 */
import { createDereferencer, type Dereferencer } from './activitypub/dereference.ts'
import { createRemoteKeys, type RemoteKeys } from './activitypub/remote-keys.ts'
import type { DatabaseConnection } from './contracts/child-message.ts'
import type { ChildChannel } from './core/child-channel.ts'
import { type Config, processEnvironment } from './core/config.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { type DataDir, dataDirAt, defaultDataDirHere } from './core/data-dir.ts'
import { HomebirdError } from './core/errors.ts'
import type { MediaBackend } from './core/media-backend.ts'
import { createLogger, type Logger } from './core/log.ts'
import type { Tracer } from './core/tracer.ts'
import { VERSION } from './core/version.ts'
import { connectionNameOf } from './db/connection.ts'
import { type Listener, openListener } from './db/listen.ts'
import { type Database, type OpenDatabase, openDatabase, type PoolCounts } from './db/pool.ts'
import { notify } from './db/transaction.ts'
import type { StartDecoder } from './domain/decoding/decoder-process.ts'
import { forkDecoder } from './domain/decoding/fork-decoder.ts'
import { createPicturePool } from './domain/decoding/picture-pool.ts'
import { type SupervisedDecoders, superviseDecoders } from './domain/decoding/supervised-decoder.ts'
import { type Home, openHome } from './domain/owner/home.ts'
import { createPurger } from './domain/purges/create-purger.ts'
import { loadSharedKey } from './domain/owner/shared-key.ts'
import type { Purger } from './domain/purges/purger.ts'
import { createEdgeCalls } from './net/edge-calls.ts'
import { activePause } from './domain/owner/switches.ts'
import { RemoteMedia } from './domain/remote-media/remote-media.ts'
import { type SafeFetch, createSafeFetch, userAgentOf } from './net/safe-fetch.ts'
import type { Notice } from './storage/caches/health.ts'
import type { Gossip } from './storage/caches/locmem-cache.ts'
import { createStorageExchange } from './net/storage-exchange.ts'
import { type Caches, type CachesOptions, openCaches } from './storage/caches/open-caches.ts'
import { type ExportFolder, openExportFolder } from './storage/export-folder.ts'
import { ArchiveShelf } from './storage/archives/archive-shelf.ts'
import type { MediaStore } from './storage/media-store.ts'
import { type MediaStoreOptions, openMediaStore, openSharedFiles } from './storage/open-media-store.ts'
import type { SharedFiles } from './storage/shared-files.ts'

export interface ContextOptions {
  /** Shown in logs and in `pg_stat_activity`: `server`, `worker`, `cli`. */
  readonly part: string
  readonly config: Config
  readonly database: DatabaseConnection
  readonly connections: number
  /** Null where the settings or the platform say. */
  readonly dataDir?: string | null
  readonly clock?: Clock
  readonly log?: Logger
  /** A sentence for the journal of the appliance, where there is one. */
  readonly notice?: Notice
  /** Left out where nothing is traced. The caller closes it, after the context. */
  readonly tracer?: Tracer | null
  /** Where the supervisor starts the decoders of this process; else it starts them itself. Closed with the context. */
  readonly decoders?: SupervisedDecoders | null
}

export interface Context extends AsyncDisposable {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  /** Null where nothing is traced. */
  readonly tracer: Tracer | null
  readonly db: Database
  readonly statementCount: () => number
  readonly poolCounts: () => PoolCounts
  readonly listener: Listener
  readonly home: Home
  readonly fetch: SafeFetch
  readonly remoteKeys: RemoteKeys
  readonly dereferencer: Dereferencer
  /** What the owner uploads. */
  readonly media: MediaStore
  /** What was made to take along. */
  readonly exports: ExportFolder
  /** Where archives of former accounts lie. */
  readonly shelf: ArchiveShelf
  readonly startDecoder: StartDecoder
  /** Another place of files, alone. The caller closes it. */
  openMedia(backend: MediaBackend): MediaStore
  /** What may be thrown away: answers, and files of others. */
  readonly caches: Caches
  /** Tells what stands in front of the home; null where nothing does. */
  readonly purger: Purger | null
  /** A sentence for the journal. */
  readonly notice: Notice
  readonly remoteMedia: RemoteMedia
  close(): Promise<void>
}

export function contextOptionsFrom({
  start,
  inquire,
}: Pick<ChildChannel<Config>, 'start' | 'inquire'>): ContextOptions {
  const { database, decoderSocket: socket } = start
  if (database === null)
    throw new HomebirdError('INTERNAL', `the ${start.role} was started without its database`)
  return {
    part: start.role,
    config: start.settings,
    database,
    dataDir: start.dataDir,
    // One of the granted connections listens.
    connections: Math.max(1, start.connections - 1),
    decoders: socket === null ? null : superviseDecoders({ socket, inquire }),
  }
}

/** @throws what opening a part throws; the parts opened before it are closed */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { config, clock = systemClock, part } = options
  const log = options.log ?? createLogger(part, config.logLevel)
  const closers: Array<() => Promise<void> | void> = []
  const close = async (): Promise<void> => closeAll(closers, log)
  try {
    const opened = openPool(options, log)
    closers.push(() => opened.close())
    const { db } = opened
    const listener = openListener(options.database, connectionNameOf(part), log)
    closers.push(() => listener.close())
    const home = await openHome(db, listener, log)
    closers.push(() => home.close())
    const fetch = openFetch(options, { home, clock, log })
    closers.push(() => fetch.close())
    const caches = cachesOf(options, { clock, log, gossip: gossipOver(db, listener) })
    closers.push(async () => caches[Symbol.asyncDispose]())
    const parts = { db, clock, log, home, fetch }
    closers.push(async () => options.decoders?.close())
    const startDecoder = options.decoders?.start ?? forkDecoder
    const remoteMedia = openRemoteMedia(options, { ...parts, caches, startDecoder })
    closers.push(async () => remoteMedia[Symbol.asyncDispose]())
    const dereferencer = createDereferencer({ ...parts, config })
    const remoteKeys = createRemoteKeys({ ...parts, listener })
    closers.push(() => remoteKeys.close())
    return {
      config,
      clock,
      log,
      tracer: options.tracer ?? null,
      db,
      statementCount: () => opened.statementCount(),
      poolCounts: () => opened.counts(),
      listener,
      home,
      fetch,
      remoteKeys,
      dereferencer,
      caches,
      remoteMedia,
      ...openFiles(options, { db, clock, closers }),
      startDecoder,
      notice: options.notice ?? (() => undefined),
      purger: openPurger(config, { fetch, clock, closers }),
      openMedia: (backend) => openMedia(options, { clock, backend, servesLocal: false }),
      close,
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function openPool({ database, connections, part, tracer = null }: ContextOptions, log: Logger): OpenDatabase {
  return openDatabase(database, { connections, applicationName: connectionNameOf(part), log, tracer })
}

function openFetch(
  { config, part, tracer = null }: ContextOptions,
  { home, clock, log }: { readonly home: Home; readonly clock: Clock; readonly log: Logger },
): SafeFetch {
  return createSafeFetch({
    remoteTimeout: config.remoteTimeout,
    allowPrivateAddresses: config.allowPrivateAddresses,
    hostAddresses: config.hostAddresses,
    userAgent: userAgentOf(VERSION, home.primaryDomain()?.service_host ?? null),
    isOwnHost: (host) => home.isOwnHost(host),
    isBlockedHost: (host) => home.isBlockedDomain(host),
    // What the owner asks for in the window goes on: a pause is of the work that nobody waits for.
    isPaused: () => part !== 'server' && activePause(home.switches(), clock.now()) !== null,
    clock,
    log,
    tracer,
  })
}

/** What one process forgets, the others hear over the database. */
function gossipOver(db: Database, listener: Listener): Gossip {
  return {
    send: (message) => notify(db, 'caches', message),
    subscribe: (onMessage, onGap) =>
      listener.subscribe('caches', { onNotification: onMessage, onConnected: onGap }),
  }
}

function openRemoteMedia(
  options: ContextOptions,
  parts: Pick<Context, 'db' | 'clock' | 'log' | 'fetch' | 'caches' | 'startDecoder'>,
): RemoteMedia {
  const { spool: spoolFolder } = dataFolder(options)
  return new RemoteMedia({ ...parts, spoolFolder, pictures: createPicturePool(parts) })
}

function openShared(config: Config, db: Database, clock: Clock): SharedFiles | null {
  const loadKey = async (): Promise<Buffer> => loadSharedKey(db)
  return openSharedFiles({ config, clock, loadKey, openTransport: createStorageExchange })
}

type MediaParts = Pick<MediaStoreOptions, 'clock' | 'shared' | 'servesLocal'> & {
  readonly backend?: MediaBackend
}

function openMedia(options: ContextOptions, parts: MediaParts): MediaStore {
  const { config } = options
  const folder = config.mediaRoot ?? dataFolder(options).media
  return openMediaStore({
    backend: config.mediaBackend,
    ...parts,
    config,
    folder,
    openTransport: createStorageExchange,
  })
}

type OwnFiles = Pick<Context, 'media' | 'exports' | 'shelf'>

function openFiles(
  options: ContextOptions,
  { db, clock, closers }: Pick<Context, 'db' | 'clock'> & Pick<PurgerSource, 'closers'>,
): OwnFiles {
  const dir = dataFolder(options)
  const shared = openShared(options.config, db, clock)
  closers.push(async () => shared?.close())
  const media = openMedia(options, { clock, shared })
  closers.push(() => media.close())
  return {
    media,
    exports: openExportFolder(dir.exports, { shared }),
    shelf: new ArchiveShelf(dir.archives, shared),
  }
}

interface PurgerSource extends Pick<Context, 'fetch' | 'clock'> {
  readonly closers: Array<() => Promise<void> | void>
}

function openPurger(config: Config, { fetch, clock, closers }: PurgerSource): Purger | null {
  const calls = createEdgeCalls({ userAgent: userAgentOf(VERSION, null) })
  closers.push(() => calls.close())
  return createPurger(config, { fetch, calls, clock })
}

function cachesOf(
  options: ContextOptions,
  parts: Pick<CachesOptions, 'clock' | 'log' | 'gossip'>,
): ReturnType<typeof openCaches> {
  const notice = options.notice ?? (() => undefined)
  return openCaches({ ...parts, config: options.config, dir: dataFolder(options), notice })
}

function dataFolder({ config, dataDir }: ContextOptions): DataDir {
  return dataDirAt(dataDir ?? config.dataDir ?? defaultDataDirHere(processEnvironment()))
}

/** In reverse; a part that fails to close is logged and the others still close. */
async function closeAll(closers: Array<() => Promise<void> | void>, log: Logger): Promise<void> {
  for (const closeOne of closers.splice(0).toReversed()) {
    try {
      await closeOne()
    } catch (error) {
      log.warn({ event: 'context.close_failed', error })
    }
  }
}
