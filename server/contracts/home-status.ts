/** What the private listener says of the home as a whole: its parts, what waits, how it did, where its bytes lie. */
import type { PartState } from './appliance-status.ts'

/** `pictures` are the decoders, which come and go with their work; `program` is what starts all others. */
export type PartKind = 'database' | 'server' | 'senders' | 'pictures' | 'program'

export interface PartFacts {
  /** `database`, `server-0`, `worker-0`, `pictures`, `program`. */
  readonly name: string
  readonly kind: PartKind
  /** Idle: nothing to do, and no process that waits for it. */
  readonly state: PartState | 'Idle'
  readonly memoryBytes: number | null
  /** 1 is one core, lately. */
  readonly cpuShare: number | null
  readonly uptimeSeconds: number | null
  readonly restarts: number
  readonly note: string | null
}

/** Rows of one graph; counting ends at 100,000. */
export interface GraphBacklog {
  readonly graph: string
  /** Due, and held by nobody. */
  readonly waiting: number
  readonly oldestSeconds: number | null
  /** Tried at least once and waiting for the next time, of the next 5,000 that come due. */
  readonly retrying: number
  readonly givenUp: number
}

export interface StatusFacts {
  readonly at: string
  readonly version: string
  /** Null where no supervisor tells, as in a process that was started by hand. */
  readonly startedAt: string | null
  readonly dataDir: string | null
  readonly database: string | null
  readonly parts: readonly PartFacts[]
  /** Only those with something in them. */
  readonly backlogs: readonly GraphBacklog[]
  readonly totals: { readonly waiting: number; readonly retrying: number; readonly givenUp: number }
  readonly deliveries: {
    readonly waiting: number
    /** For which they wait. */
    readonly servers: number
    /** Other servers that fail now. */
    readonly troubled: number
  }
  readonly pause: { readonly since: string; readonly until: string | null } | null
}

export const HISTORY_SPANS = ['day', 'week', 'month'] as const
export type HistorySpan = (typeof HISTORY_SPANS)[number]

/** Counts are of the whole period; null where the home was not there to count. */
export interface HistoryPoint {
  readonly startsAt: string
  readonly received: number | null
  readonly sent: number | null
  /** Other servers that did not take what was sent, by minute, and deliveries that were given up. */
  readonly failures: number | null
  /** Most deliveries that waited at once. */
  readonly waiting: number | null
  readonly memoryBytes: number | null
  readonly cacheHits: number | null
  readonly cacheMisses: number | null
}

/** In order of time, without gaps, the present period last. */
export interface History {
  readonly span: HistorySpan
  /** 900, 3,600 or 21,600. */
  readonly secondsPerPoint: number
  readonly points: readonly HistoryPoint[]
}

export type StorageKind = 'media' | 'cached_media' | 'database' | 'backups' | 'logs'

export interface StorageFacts {
  readonly at: string
  /** Null where it cannot be told, such as for a database or a bucket elsewhere. */
  readonly kinds: readonly {
    readonly kind: StorageKind
    readonly bytes: number | null
    /** For people: a folder or the place elsewhere. */
    readonly place: string | null
    /** Not on this disk, so that its bytes are no part of it. */
    readonly isElsewhere: boolean
  }[]
  readonly diskBytes: number | null
  readonly freeBytes: number | null
  /** By the last seven days; null while they do not tell, or when it does not fill. */
  readonly daysUntilFull: number | null
}
