/** What the window and the private listener say to each other about blocked domains, lists, complaints, servers, switches. */

/** What a block would take away, or has taken. */
export interface BlockLoss {
  readonly people: number
  readonly follows: number
  readonly followers: number
  readonly posts: number
  readonly threads: number
  /** Handles of some of those who are followed. */
  readonly followed: readonly string[]
}

export interface DomainBlock {
  readonly domain: string
  readonly comment: string
  readonly createdAt: string
  /** False where only lists name it. */
  readonly isOwn: boolean
  readonly lists: readonly string[]
}

export interface DomainAllow {
  readonly domain: string
  readonly comment: string
  readonly createdAt: string
}

/** An entry of a list that would end a follow: the owner blocks or allows it. */
export interface HeldDomain {
  readonly domain: string
  readonly comment: string
  readonly follows: number
}

export interface DomainWords {
  readonly blocks: readonly DomainBlock[]
  readonly allows: readonly DomainAllow[]
  readonly held: readonly HeldDomain[]
}

/** The follows that ended in each direction. */
export interface EndedFollows {
  readonly follows: number
  readonly followers: number
}

export interface SwitchFacts {
  /** As it is now. */
  readonly authorizedFetch: boolean
  /** Null while the setting of the start decides. */
  readonly authorizedFetchChosen: boolean | null
  readonly pause: { readonly since: string; readonly until: string | null } | null
  readonly workShare: number
}

export interface ReportFacts {
  readonly id: string
  readonly isOurs: boolean
  /** A handle; null when that actor is known no more. */
  readonly reporter: string | null
  readonly reporterHost: string
  readonly target: string
  readonly postUris: readonly string[]
  /** Plain text. */
  readonly comment: string
  readonly category: 'spam' | 'legal' | 'violation' | 'other'
  readonly isForwarded: boolean
  readonly createdAt: string
  readonly resolvedAt: string | null
}

export interface ReportPage {
  readonly reports: readonly ReportFacts[]
}

export interface PeerFacts {
  readonly host: string
  readonly software: string | null
  readonly version: string | null
  readonly firstSeenAt: string
  readonly lastSuccessAt: string | null
  readonly lastFailureAt: string | null
  readonly lastError: string | null
  /** In a row. */
  readonly failures: number
  readonly failingSince: string | null
  /** Open: left alone until the next try. Probing: one delivery looks whether it is back. */
  readonly breaker: 'closed' | 'open' | 'probing'
  readonly nextTryAt: string | null
  /** Silent for seven days: nothing new is queued for it, and it is asked once a day. */
  readonly unavailableSince: string | null
  readonly waitingDeliveries: number
  readonly isBlocked: boolean
  /** Whether its data are being deleted, or are. */
  readonly purge: 'running' | 'done' | null
}

export interface PeerPage {
  /** Those that fail first. */
  readonly peers: readonly PeerFacts[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
  /** Of all, whatever was searched for. */
  readonly counts: { readonly all: number; readonly troubled: number }
}

export interface BlockListFacts {
  readonly id: string
  readonly url: string
  readonly title: string
  /** Domains it names. */
  readonly entries: number
  /** Of them, how many are blocked; the others the owner allows, or is still to decide. */
  readonly blocked: number
  /** Lines that were passed over, by reason: `limited`, `not_a_domain`, `too_wide`, `obscured`, `own`. */
  readonly passedOver: Readonly<Record<string, number>>
  /** Why the last reading was not taken over. */
  readonly problem: string | null
  readonly goodAt: string | null
  readonly triedAt: string | null
  readonly nextAt: string | null
}

export interface BlockListPreview {
  readonly format: 'csv' | 'json' | 'plain'
  readonly entries: number
  /** Not blocked and not allowed yet. */
  readonly fresh: number
  readonly passedOver: Readonly<Record<string, number>>
  readonly loss: BlockLoss
}
