/** What can be turned: every setting as it counts in this start, and the knobs among them that the window lets turn. */

/** `elsewhere`: on the machine alone, as more may follow from them than this window could mend. */
type Turned = 'here' | 'elsewhere'

/** In the order in which they are shown. Names of settings. */
export const KNOBS = {
  statorConcurrency: 'here',
  statorConcurrencyPerModel: 'here',
  statorConcurrencyPerHost: 'here',
  remoteTimeout: 'here',
  outboxFetch: 'here',
  actorMaxAge: 'here',
  threadMaxItems: 'here',
  inboxMaxKb: 'here',
  inboxPerHostPer5Min: 'here',
  apiPer5Min: 'here',
  cachesMediaMaxMb: 'here',
  cachesAvatarsMaxMb: 'here',
  cacheMaxItemMb: 'here',
  cachesDefault: 'elsewhere',
  cachesMedia: 'elsewhere',
  cachesAvatars: 'elsewhere',
  cacheTimeoutPageDefault: 'here',
  cacheTimeoutPageTimeline: 'here',
  cacheTimeoutPagePost: 'here',
  cacheTimeoutIdentityFeed: 'here',
  pruneDays: 'here',
  databasePool: 'elsewhere',
  databaseReserve: 'elsewhere',
  serverProcesses: 'elsewhere',
  workerProcesses: 'elsewhere',
  heapMegabytes: 'elsewhere',
} as const satisfies Readonly<Record<string, Turned>>

export type KnobName = keyof typeof KNOBS

/** `window`: kept by the home, said here or by `homebird config set`. */
type OriginKind = 'command line' | 'variable' | 'file' | 'window' | 'default'

export interface ValueOrigin {
  readonly from: OriginKind
  /** The variable that holds it; null where none does. */
  readonly variable: string | null
  /** The home has chosen it, from its cores and its memory. */
  readonly isAutomatic: boolean
}

export interface KnobFacts {
  readonly name: KnobName
  readonly variable: string
  /** As it counts since the start, written as a variable would hold it; empty where nothing is said. */
  readonly value: string
  /** Null where nobody supervises the server, who alone knows. */
  readonly origin: ValueOrigin | null
  /** What counts from the next start, where that is another: `auto` where the home chooses. */
  readonly next: string | null
  readonly usual: string
  readonly range: { readonly least: number; readonly most: number } | null
  /** What the home chooses may be written as `auto`. */
  readonly canBeAutomatic: boolean
  /** Set where Homebird is started, which is stronger than the window. */
  readonly isFixed: boolean
  /** Of what may run at once, and of connections: so many in this moment. Null for everything else. */
  readonly inForce: number | null
}

/** Why less is done at once than the settings say. */
export type SparingReason = 'battery' | 'metered' | 'owner' | 'full'

/** How this home was started; secrets are told as `(hidden)`. */
export interface TuningFacts {
  readonly knobs: readonly KnobFacts[]
  readonly settings: readonly {
    readonly variable: string
    readonly value: string
    readonly usual: string
    /** In English, as the list of settings has it. */
    readonly help: string
  }[]
  /** From which numbers that are automatic follow. */
  readonly machine: { readonly cores: number; readonly memoryBytes: number }
  /** The part of the usual that is done at once now, above 0 and at most 1. */
  readonly share: number
  readonly sparing: readonly SparingReason[]
}

/** Of a server to the supervisor, who keeps the settings. */
export type SettingsRequest =
  | { readonly kind: 'settings'; readonly ask: 'show' }
  /** Null takes back what was kept. */
  | {
      readonly kind: 'settings'
      readonly ask: 'keep'
      readonly name: KnobName
      readonly value: string | null
    }

export interface SettingsAnswer {
  readonly origins: Readonly<Record<KnobName, ValueOrigin>>
  /** As they would count from the next start. */
  readonly next: Readonly<Record<KnobName, string>>
}
