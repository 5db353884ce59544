/** What the doctor of the home finds, under `/api/homebird/v1/doctor`. The window has the words for each name. */

/** `look`: worth a look, nothing is broken. */
export type FindingState = 'good' | 'look' | 'bad'

/** `breaks`: others cannot reach the home, or not all of it; `informs`: harmless, and good to know. */
export type CodeWeight = 'breaks' | 'warns' | 'informs'

/** Everything that the checks from outside may find, with its weight. The window has words: `outside_code.<CODE>`. */
export const OUTSIDE_CODES = {
  // the name, the way to it, the certificate
  NO_ADDRESS: 'breaks',
  PRIVATE_ADDRESS: 'breaks',
  IPV6_DEAD: 'breaks',
  PORT_CLOSED: 'breaks',
  HAIRPIN: 'informs',
  CERT_INVALID: 'breaks',
  CERT_CHAIN: 'breaks',
  CERT_EXPIRES: 'warns',
  CLOCK_SKEW: 'breaks',
  // who answers
  NOT_THIS_SERVER: 'breaks',
  EDGE_REDIRECTS: 'breaks',
  TUNNEL_DOWN: 'breaks',
  // whom the edge lets in
  BOT_CHALLENGE: 'breaks',
  UA_BLOCKED: 'breaks',
  // whether requests come through as they were sent
  HOST_REWRITTEN: 'breaks',
  PROTO_MISSING: 'breaks',
  PATH_REWRITTEN: 'breaks',
  QUERY_DROPPED: 'breaks',
  QUERY_REORDERED: 'breaks',
  HEADERS_STRIPPED: 'breaks',
  DATE_REWRITTEN: 'breaks',
  BODY_REWRITTEN: 'breaks',
  CONTENT_TYPE_REWRITTEN: 'breaks',
  ACCEPT_REWRITTEN: 'warns',
  SIGNATURE_BROKEN: 'breaks',
  // what is kept on the way
  CACHE_IGNORES_VARY: 'informs',
  CACHE_IGNORES_QUERY: 'informs',
  CACHE_IGNORES_NO_STORE: 'breaks',
  CACHE_LEAKS_PRIVATE: 'breaks',
  ETAG_DROPPED: 'informs',
  PURGE_FAILS: 'warns',
  // how much, and what stays open
  BODY_LIMIT: 'warns',
  NO_WEBSOCKET: 'warns',
  STREAM_BUFFERED: 'warns',
  IDLE_CUT: 'warns',
  // who visits
  CLIENT_IP_SPOOFABLE: 'breaks',
  CLIENT_IP_ALL_SAME: 'warns',
  // what other servers ask first
  WEBFINGER_BROKEN: 'breaks',
  HANDLE_DOMAIN_BROKEN: 'breaks',
  NODEINFO_BROKEN: 'breaks',
  ACTOR_BROKEN: 'breaks',
} as const satisfies Readonly<Record<string, CodeWeight>>

export type OutsideCode = keyof typeof OUTSIDE_CODES

/** Where on the way in from outside something is not as it should be. */
export type Hop = 'dns' | 'network' | 'edge' | 'tunnel' | 'home'

export interface DoctorCode {
  readonly code: OutsideCode
  readonly weight: CodeWeight
  readonly hop: Hop
  /** What was seen, with its values; never a secret. */
  readonly facts: Readonly<Record<string, string | number | null>>
  /** What to change in the configuration of the edge that was recognised; null where no configuration is at fault. */
  readonly lines: { readonly edge: string; readonly text: string } | null
}

export interface DoctorFinding {
  /** The check; an open list. */
  readonly name: string
  readonly state: FindingState
  /** Numbers and technical lines for the words. */
  readonly facts: Readonly<Record<string, string | number | null>>
  /** Of checks from outside; empty for the others. */
  readonly codes: readonly DoctorCode[]
  readonly checkedAt: string
  readonly isIgnored: boolean
  /** The doctor can mend it by itself. */
  readonly hasFix: boolean
}

export interface DoctorReport {
  /** Null before the first time. */
  readonly ranAt: string | null
  readonly findings: readonly DoctorFinding[]
}
