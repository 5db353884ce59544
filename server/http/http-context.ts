/** What the HTTP plugins take: the parts of the composition root that serve requests. */
import type { ApplianceFacts } from '../contracts/appliance-status.ts'
import type { JournalLine } from '../contracts/logs.ts'
import type { TunnelRequest } from '../contracts/child-message.ts'
import type { KeepingAnswer } from '../contracts/backups.ts'
import type { HandOverRequest, HandOverState, Voice } from '../contracts/hand-over.ts'
import type { KeepingRequest } from '../contracts/keeping.ts'
import type { TunnelStatus } from '../contracts/tunnel.ts'
import type { SettingsAnswer, SettingsRequest } from '../contracts/tuning.ts'
import type { Config } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Tracer } from '../core/tracer.ts'
import type { Listener } from '../db/listen.ts'
import type { Database, PoolCounts } from '../db/pool.ts'
import type { SafeFetch } from '../net/safe-fetch.ts'
import type { Home } from '../domain/owner/home.ts'
import type { Purger } from '../domain/purges/purger.ts'
import type { RemoteMedia } from '../domain/remote-media/remote-media.ts'
import type { Caches } from '../storage/caches/open-caches.ts'
import type { ExportFolder } from '../storage/export-folder.ts'
import type { ArchiveShelf } from '../storage/archives/archive-shelf.ts'
import type { MediaStore } from '../storage/media-store.ts'
import type { Dereferencer } from '../activitypub/dereference.ts'
import type { RemoteKeys } from '../activitypub/remote-keys.ts'
import type { BackupShelf } from './backup-shelf.ts'
import type { Figures } from './metrics/measure-requests.ts'

/** What a server knows by having been started by a supervisor. */
export interface Supervision {
  readonly dataDir: string
  /** @throws HomebirdError UNAVAILABLE when it does not answer */
  facts(): Promise<ApplianceFacts | null>
  /** What the other processes of this machine measure of themselves. @throws HomebirdError UNAVAILABLE as `facts` */
  figures(): Promise<readonly unknown[]>
  /** The newest lines of what it wrote down, oldest first. @throws HomebirdError UNAVAILABLE as `facts` */
  journal(count: number): Promise<readonly JournalLine[]>
  /**
   * Has it tell the tunnel something, or keep settings of it and have them count.
   * @returns how the tunnel does then, null where there is none
   * @throws HomebirdError UNPROCESSABLE with its reason, UNAVAILABLE when it does not answer
   */
  ask(request: TunnelRequest): Promise<TunnelStatus | null>
  /** Asks the supervisor about its keeper. @throws HomebirdError as `ask`, with the reason of a refusal */
  keep(request: KeepingRequest): Promise<KeepingAnswer>
  /** Asks the supervisor about the handing over of the home. @throws HomebirdError as `keep` */
  handOver(request: HandOverRequest): Promise<HandOverState>
  /** Asks the supervisor about the settings that it keeps. @throws HomebirdError as `keep` */
  settings(request: SettingsRequest): Promise<SettingsAnswer>
  /** Whether this machine speaks for the home; for the life of the server. */
  readonly voice: Voice
  /** False while the disk has no room for anything new. */
  hasRoom(): boolean
  /** A signed request of another server was accepted: what comes from outside gets through. */
  peerProved(): void
  /** Socket of connections that start at the other end of the tunnel, while it has one; null where none can be. */
  readonly vantage: string | null
  /** Values that no setting holds and that nobody may see. */
  readonly secrets: readonly string[]
}

export interface HttpContext {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  /** Left out or null where nothing is traced. */
  readonly tracer?: Tracer | null
  readonly db: Database
  readonly listener: Listener
  readonly fetch: SafeFetch
  readonly home: Home
  readonly dereferencer: Dereferencer
  /** What the owner uploads. */
  readonly media: MediaStore
  /** What was made to take along. */
  readonly exports: ExportFolder
  /** Where archives of former accounts lie. */
  readonly shelf: ArchiveShelf
  /** What may be thrown away: answers, and files of others. */
  readonly caches: Caches
  readonly remoteMedia: RemoteMedia
  /** Public keys of other servers' actors, kept parsed in memory. */
  readonly remoteKeys: RemoteKeys
  /** Tells what stands in front to forget; null where nothing does. */
  readonly purger: Purger | null
  /** Of the database, for who measures; left out in tests. */
  readonly poolCounts?: () => PoolCounts
  /** Left out where no figures are offered. */
  readonly figures?: Figures
  /** SHA-256 (hex) of the key that opens set-up or signs the owner in once; null where there is none. */
  readonly oneTimeKeyHash: string | null
  /** Folder of the window's bundle, or null where it is not built. */
  readonly windowDir: string | null
  /** Null where nobody supervises this process. */
  readonly supervision: Supervision | null
  /** Left out where nobody supervises this process. */
  readonly backupShelf?: BackupShelf
  /** Aborted when the process is told to stop: long answers end then. */
  readonly stopping: AbortSignal
}
