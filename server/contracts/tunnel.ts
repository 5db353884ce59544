/** The way in from outside: which kinds there are, in which state one is, and what is told of it. */

/**
 * `manual` is a proxy of the owner's own; `direct` a port that the router opens; `command` any program that brings
 * connections in.
 */
export const TUNNEL_KINDS = [
  'none',
  'manual',
  'ssh',
  'cloudflared',
  'tailscale',
  'ngrok',
  'direct',
  'command',
] as const

export type TunnelKind = (typeof TUNNEL_KINDS)[number]

/**
 * - `preparing`: what can be checked beforehand is being checked
 * - `connecting`: the transport is being set up
 * - `waiting`: the next attempt is due at `nextTryAt`
 * - `connected`: the transport is up, nothing is proven yet
 * - `verified`: within the last minutes something from outside got through
 * - `degraded`: the transport is up, but what comes from outside does not get through as it should
 * - `blocked`: only a person can go on
 */
export type TunnelState =
  | 'off'
  | 'preparing'
  | 'connecting'
  | 'waiting'
  | 'connected'
  | 'verified'
  | 'degraded'
  | 'blocked'

/**
 * Every finding that a provider may tell, by what it is about.
 * - the home: it has no address, one that ends with the tunnel, one that belongs to the provider, another than the tunnel's
 * - programs: none is named, none is there, one that is too old, one that was changed since it was fetched
 * - the other end: no token, no good one, a daemon that does not run, nobody signed in, a tailnet without Funnel
 * - ssh: no server, one that is silent, a host key nobody has confirmed, no key of our own
 * - the router: none, one that opens no port, one without a public address, a port that is taken, DNS that leads elsewhere
 * - the certificate: none could be had yet, or no new one while the old one still holds
 */
export const FINDING_CODES = [
  'NOT_PREPARED',
  'NO_DOMAIN',
  'MORTAL_NAME',
  'PROVIDER_NAME',
  'OTHER_NAME',
  'NO_COMMAND',
  'NO_PROGRAM',
  'PROGRAM_TOO_OLD',
  'PROGRAM_CHANGED',
  'NO_TOKEN',
  'BAD_TOKEN',
  'NO_DAEMON',
  'NOT_SIGNED_IN',
  'FUNNEL_REFUSED',
  'METERED',
  'NO_SERVER',
  'BAD_KEY',
  'SERVER_SILENT',
  'HOST_KEY_UNKNOWN',
  'NO_ROUTER',
  'NO_MAPPING',
  'BEHIND_CGNAT',
  'PORT_TAKEN',
  'DNS_ELSEWHERE',
  'CERTIFICATE_MISSING',
  'CERTIFICATE_NOT_RENEWED',
] as const

export type FindingCode = (typeof FINDING_CODES)[number]

/** What a check before the first attempt found. `stop`: no attempt can succeed; `warn`: it may. */
export interface TunnelFinding {
  readonly weight: 'stop' | 'warn'
  /** The window has words for it: `tunnel.finding.<code>`. */
  readonly code: FindingCode
  /** One sentence with the value, the limit and the remedy; never a secret. */
  readonly message: string
}

/** Whom a proof comes from: our own request over the public name, or a signed request of another server. */
export type ProofSource = 'loop' | 'peer'

export interface TunnelProof {
  readonly source: ProofSource
  readonly at: string
  /** The whole way out and in again; null for a peer's. */
  readonly ms: number | null
}

/** Moments are ISO 8601 in UTC. */
export interface TunnelStatus {
  readonly kind: TunnelKind
  readonly state: TunnelState
  readonly since: string
  /** The last proof, however old. */
  readonly proof: TunnelProof | null
  /** Why it is not as it should be, as a technical line without secrets. */
  readonly reason: string | null
  readonly nextTryAt: string | null
  /** Attempts since it was last up for a minute. */
  readonly attempts: number
  readonly findings: readonly TunnelFinding[]
  /** What the provider told last, such as the name of the place it is connected to. */
  readonly notice: string | null
  /** What a person needs for the other end, such as `publicKey` or `seenHostKey`; never a secret. */
  readonly facts: Readonly<Record<string, string>>
}

/** One setting of the tunnel as its page shows it. */
export interface TunnelSettingValue {
  readonly name: string
  /** The variable of the environment that sets it too. */
  readonly variable: string
  readonly default: string
  readonly isSecret: boolean
  /** It says what is run on this computer: whoever gives it a value gives the owner's password with it. */
  readonly needsPassword: boolean
  readonly isSet: boolean
  /** As it would be written; empty for a secret. */
  readonly value: string
}

export interface TunnelOverview {
  /** Null where no tunnel is kept. */
  readonly status: TunnelStatus | null
  readonly settings: readonly TunnelSettingValue[]
}

/**
 * - `resume`: the machine slept
 * - `network`: it is on another network
 * - `doctor`: somebody wants to know now
 */
export type NudgeReason = 'resume' | 'network' | 'doctor'

/** What the supervisor and the servers tell the tunnel while it runs. */
export type TunnelCommand =
  | { readonly kind: 'nudge'; readonly why: NudgeReason }
  /** Closes the way in cleanly, as before a sleep; `resume` opens it again. */
  | { readonly kind: 'suspend' }
  | { readonly kind: 'resume' }
  /** What a whole run of the doctor's outside checks found, and when it began to look. */
  | {
      readonly kind: 'judged'
      readonly isSound: boolean
      readonly reason: string | null
      readonly beganAt: string
      /** It found no more than that nobody gets through; another server that does has disproved it. */
      readonly isReach?: boolean
    }
  /** A signed request of another server was accepted. */
  | { readonly kind: 'peer_proved' }
  /** The home has got or changed its address. */
  | { readonly kind: 'home'; readonly home: HomeFacts }

/** What whoever has no database must know of the home to prove that its address leads here. */
export interface HomeFacts {
  /** Service hosts, the primary one first; empty for a home without an address. */
  readonly hosts: readonly string[]
  /** Further hosts by which people are named; they may lead here or elsewhere. */
  readonly handleHosts?: readonly string[]
  /** Base64url of the key that proofs are made with; the same in every process of the home. */
  readonly probeKey: string
}
