/** What the private API says of the edge in front of the home: a CDN, a proxy, or nothing. */

/** As it was measured from outside; null where it was not. */
export interface EdgeMeasurement {
  /** Keeps answers at all. */
  readonly caches: boolean | null
  /** Keeps answers to different `Accept` headers apart where they say so. */
  readonly honoursVary: boolean | null
  /** Keeps no answer that says `no-store`. */
  readonly honoursNoStore: boolean | null
  /** Keeps answers to different queries apart. */
  readonly honoursQuery: boolean | null
  /** Hands `Accept` on as it came. */
  readonly passesAccept: boolean | null
  readonly passesWebSocket: boolean | null
  /** Largest body that came through, in bytes. */
  readonly maxBody: number | null
}

/** How what stands in front takes being told of changes. Moments are ISO 8601 in UTC. */
export interface PurgeState {
  /** As in HOMEBIRD_CDN. */
  readonly kind: string
  /** The check that fails; null while it does what it is told. */
  readonly code: 'PURGE_FAILS' | null
  readonly failingSince: string | null
  /** What it last answered instead. */
  readonly lastError: string | null
  readonly lastPurgedAt: string | null
  /** Changes that it is still to be told of. */
  readonly waiting: number
}

/** Moments are ISO 8601 in UTC. */
export interface EdgeState {
  readonly measured: EdgeMeasurement
  readonly measuredAt: string | null
  readonly purgeProvenAt: string | null
  /** True while nothing is believed: not measured yet, or a day ago. */
  readonly isStrict: boolean
  /** What answers rely on now. */
  readonly relied: {
    /** Handles may be kept. */
    readonly query: boolean
    /** Pages that also lead servers on may be kept, since the owner asks for it. */
    readonly vary: boolean
    /** Public objects may be kept by the CDN for a day. */
    readonly purge: boolean
  }
  /** The owner lets caches keep those pages where the edge can. */
  readonly keepsPages: boolean
  /** Null where nothing in front is told of changes. */
  readonly purge: PurgeState | null
  /** One sentence about what must be mended; null where nothing must. */
  readonly alarm: string | null
}
