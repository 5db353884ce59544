/**
 * What the supervisor and its children say to each other over the control channel. Plain data only. A child gets
 * exactly one `start`, answers `ready` or `failed`, then beats until it is told to `stop` or the channel falls.
 */
import type { CacheQuestion } from './caches.ts'
import type { DatabaseConnection } from './database-connection.ts'
import type { DecoderOrder } from './decoding.ts'
import type { ExitCode } from './exit-code.ts'
import type { HandOverRequest, Voice } from './hand-over.ts'
import type { KeeperLook, KeeperSight } from './keeper-look.ts'
import type { KeeperJob, KeeperOutcome, KeeperProgress, KeepingRequest } from './keeping.ts'
import type { ListenAddress } from './listen-address.ts'
import type { HomeFacts, NudgeReason, TunnelCommand, TunnelStatus } from './tunnel.ts'
import type { SettingsRequest } from './tuning.ts'
import type { WayIn } from './way-in.ts'

export type { DatabaseConnection } from './database-connection.ts'

/** `resume`: the machine slept; `network`: it is on another network. */
export type LineChange = Exclude<NudgeReason, 'doctor'>

/** Of the machine, for which less is done at once. */
export interface Conditions {
  readonly isOnBattery: boolean
  /** Null where the system does not tell. */
  readonly isMetered: boolean | null
  /** False while the disk is so full that nothing new is taken in: workers rest, servers refuse what would be written. */
  readonly hasRoom: boolean
}

export const USUAL_CONDITIONS: Conditions = {
  isOnBattery: false,
  isMetered: null,
  hasRoom: true,
}

export type ChildRole = 'migrate' | 'server' | 'worker' | 'tunnel' | 'decoder' | 'keeper'

/** `Settings` is the whole configuration (`core/config`), typed by the receiver: this floor knows no settings. */
export interface StartMessage<Settings = unknown> {
  readonly type: 'start'
  readonly role: ChildRole
  /** Number of this child among those of its role, from 0. */
  readonly index: number
  readonly dataDir: string
  /** Where several machines may share the database: which one this is, in this life of it. */
  readonly machine?: string
  readonly settings: Settings
  /** Null for a child that has no use for it, and then shall not know it. */
  readonly database: DatabaseConnection | null
  /** Most connections that this child may hold. */
  readonly connections: number
  /** Server only. */
  readonly publicListen: ListenAddress | null
  readonly privateListen: ListenAddress | null
  /** Server only: SHA-256 (hex) of the key that opens set-up or signs the owner in once. */
  readonly oneTimeKeyHash: string | null
  /** Folder of the window's bundle, or null where it is not built. */
  readonly windowDir: string | null
  /** Server: what it listens on for tunnels. Tunnel: where it delivers what comes in. */
  readonly waysIn: readonly WayIn[]
  /**
   * Socket at which the tunnel takes connections that are to start at its other end, on the internet; null where there is
   * no tunnel. The server asks there, the tunnel answers.
   */
  readonly vantage: string | null
  /**
   * Socket at which this child waits for decoders that the supervisor starts for it; null where it starts them itself, or has
   * no use for any.
   */
  readonly decoderSocket: string | null
  /** Server and worker; as they are at its start. */
  readonly conditions: Conditions
  /** Server and worker; it speaks unless it is said otherwise. */
  readonly voice?: Voice
  /** Tunnel and keeper only, which read secrets themselves: the key by which they are sealed; null where they are plain. */
  readonly secretsKey: string | null
  /** Tunnel only: the home as it was told last; null when it has not been told yet. */
  readonly home: HomeFacts | null
  /** Keeper only. */
  readonly job: KeeperJob | KeeperLook | null
}

/** What the owner may have the supervisor do by way of a server. */
export type SupervisorRequest =
  | { readonly kind: 'facts' }
  /** What each other server and worker of this machine measures of itself. */
  | { readonly kind: 'figures' }
  /** The newest lines of the journal, oldest first. */
  | { readonly kind: 'journal'; readonly count: number }
  | DecoderRequest
  | TunnelRequest
  | KeepingRequest
  | HandOverRequest
  | SettingsRequest

/** Of a child that cannot start its decoders itself. A decoder ends with the child that has asked for it, at the latest. */
export type DecoderRequest =
  /** Answered with its `id`. @see DecoderOrder */
  | { readonly kind: 'decoder'; readonly word: string; readonly heapMb: number | null }
  | { readonly kind: 'end_decoder'; readonly id: number }

export type TunnelRequest =
  | { readonly kind: 'tunnel'; readonly command: TunnelCommand }
  /** Keeps values of settings, null takes one back, and has them count: names and values as in the settings store. */
  | { readonly kind: 'tunnel_settings'; readonly changes: Readonly<Record<string, string | null>> }

/** What a child tells without being asked, for the supervisor to keep or to hand on. */
export type ChildReport =
  | { readonly kind: 'home'; readonly home: HomeFacts }
  | { readonly kind: 'peer_proved' }
  /** By the tunnel: it is up, and nothing gets through. */
  | { readonly kind: 'doubted' }
  | { readonly kind: 'tunnel'; readonly status: TunnelStatus }
  /** By a keeper: how far it is, and how it has ended; a backup that is proven at once has two ends. */
  | ({ readonly kind: 'keeping' } & KeeperProgress)
  | ({ readonly kind: 'kept' } & KeeperOutcome)
  /** By a keeper that was only to look. */
  | { readonly kind: 'seen'; readonly sight: KeeperSight }
  /**
   * What a server listens on for tunnels now, ports resolved, in the order of its ways in; and why it does not listen on
   * others, as sentences with the remedy.
   */
  | {
      readonly kind: 'ways_in'
      readonly addresses: readonly ListenAddress[]
      readonly refusals: readonly string[]
    }

/**
 * `figures`: what a server or a worker measures of itself, as a list; null where nothing is measured.
 * `caches`, `clear_…`: see `storage/caches/answer-caches`.
 * `doctor`: the first server looks at the home and answers with what it found, within some 15 s.
 */
export type ChildQuestion = 'status' | 'figures' | 'doctor' | 'doctor_deep' | CacheQuestion

export type ToChild<Settings = unknown> =
  | StartMessage<Settings>
  | DecoderOrder
  | { readonly type: 'stop' }
  | { readonly type: 'ping'; readonly sequence: number }
  /** Answered by `answer` with the same id. */
  | { readonly type: 'ask'; readonly id: number; readonly question: ChildQuestion }
  /** To an `inquiry` of the same id: `ApplianceFacts`, or null where they cannot be had; `refusal` where it was refused. */
  | { readonly type: 'told'; readonly id: number; readonly answer: unknown; readonly refusal?: string }
  /** To the tunnel. */
  | { readonly type: 'command'; readonly command: TunnelCommand }
  /** To a server: what it listens on for tunnels from now on. */
  | { readonly type: 'ways_in'; readonly ways: readonly WayIn[] }
  /** To a worker: the machine has slept, or is on another network; what waits for the line may be tried again. */
  | { readonly type: 'line'; readonly why: LineChange }
  /** To a server or a worker: from now on. */
  | { readonly type: 'conditions'; readonly conditions: Conditions }
  /** To the first server: the way in has come up, has changed or is in doubt; its doctor looks soon. */
  | { readonly type: 'look' }

export type FromChild =
  | { readonly type: 'ready'; readonly listening: readonly ListenAddress[] }
  | { readonly type: 'failed'; readonly exitCode: ExitCode; readonly message: string }
  /** Sent every 5 s; `loopDelayMs` is the worst event-loop delay since the last beat. */
  | { readonly type: 'heartbeat'; readonly loopDelayMs: number; readonly rssBytes: number }
  | { readonly type: 'pong'; readonly sequence: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  /** Something only the supervisor knows or does: answered by `told` with the same id. */
  | { readonly type: 'inquiry'; readonly id: number; readonly request: SupervisorRequest }
  | { readonly type: 'report'; readonly report: ChildReport }
  /** A sentence for the journal. */
  | { readonly type: 'notice'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }
