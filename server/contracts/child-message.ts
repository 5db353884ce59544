/**
 * What the supervisor and its children say to each other over the control channel. Plain data only. A child gets
 * exactly one `start`, answers `ready` or `failed`, then beats until it is told to `stop` or the channel falls.
 */
import type { ExitCode } from './exit-code.ts'

/** How to reach PostgreSQL; everything a pool needs and nothing else. */
export interface DatabaseConnection {
  /** A folder that holds the socket, or a host name. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** `sslmode` as written in the URL of an external database. */
  readonly ssl: 'disable' | 'prefer' | 'require' | 'verify-full'
}

/** An address to listen on: loopback TCP, or a unix socket. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string }

export type ChildRole = 'migrate' | 'server' | 'worker'

/** `Settings` is the whole configuration (`core/config`), typed by the receiver: this floor knows no settings. */
export interface StartMessage<Settings = unknown> {
  readonly type: 'start'
  readonly role: ChildRole
  /** Number of this child among those of its role, from 0. */
  readonly index: number
  readonly dataDir: string
  readonly settings: Settings
  readonly database: DatabaseConnection
  /** Most connections that this child may hold. */
  readonly connections: number
  /** Server only. */
  readonly publicListen: ListenAddress | null
  readonly privateListen: ListenAddress | null
  /** Server only: SHA-256 (hex) of the key that opens set-up or signs the owner in once. */
  readonly oneTimeKeyHash: string | null
  /** Folder of the window's bundle, or null where it is not built. */
  readonly windowDir: string | null
}

export type ToChild<Settings = unknown> =
  | StartMessage<Settings>
  | { readonly type: 'stop' }
  | { readonly type: 'ping'; readonly sequence: number }
  /** Answered by `answer` with the same id; `status` is the only question of the first version. */
  | { readonly type: 'ask'; readonly id: number; readonly question: 'status' }

export type FromChild =
  | { readonly type: 'ready'; readonly listening: readonly ListenAddress[] }
  | { readonly type: 'failed'; readonly exitCode: ExitCode; readonly message: string }
  /** Sent every 5 s; `loopDelayMs` is the worst event-loop delay since the last beat. */
  | { readonly type: 'heartbeat'; readonly loopDelayMs: number; readonly rssBytes: number }
  | { readonly type: 'pong'; readonly sequence: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  /** A sentence for the journal. */
  | { readonly type: 'notice'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }
