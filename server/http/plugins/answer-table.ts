/**
 * What caches may keep of each kind of answer: the one table that every route has a row in. Handlers never write
 * `cache-control`; they say what became of an answer where a row has several.
 * @see the header table of the tunnel page, section 4; security rules 82 to 85
 */

import type { SettingName } from '../../core/settings.ts'
import type { ProvenEdge } from '../../domain/edges/edge.ts'

/** Nobody keeps it. */
export const NEVER = 'no-store'
/** Nobody keeps it, and it is somebody's own: caches that doubt one of the two words obey the other. */
export const PRIVATE = 'private, no-store'

/**
 * What became of a good answer. `public`: anybody gets the same. `not public`: for who asks alone, or nobody can tell.
 * `failed`: something stands in the place of what was asked for, such as a placeholder.
 */
export type Outcome = 'public' | 'not public' | 'failed'

/** Settings that say for how many seconds answers are kept. */
export type Lifetime = Extract<SettingName, `cacheTimeout${string}`>
export type Lifetimes = Readonly<Record<Lifetime, number>>

interface AnswerRow {
  /** `Cache-Control` of a good answer that anybody may have. */
  readonly kept: string
  /** The setting that says for how long, where the owner may say so and the route names no other. */
  readonly lifetime?: Lifetime
  /** The same of what was here and is gone (410): storable, or a cache would go on showing what it has. */
  readonly gone?: string
  /** Of errors and redirects. */
  readonly else: typeof NEVER | typeof PRIVATE
  /** What a good answer is of which the handler says nothing. */
  readonly unsaid: Outcome
  /** True where `Authorization` and `Cookie` change nothing: the answer is the same bytes for everybody. */
  readonly isSameForAll?: true
  /** True for what people wrote and are: in authorised-fetch mode no cache has it. */
  readonly isOfPeople?: true
  /** True where pages of other origins may read it; never with credentials, so that nothing varies by origin. */
  readonly isOpenToOrigins?: true
  readonly vary?: string
  /** Longer life at a CDN that is proven to drop what it is told to drop. */
  readonly keptByPurger?: string
  /** What the edge must be proven to do for `kept` to hold; without the proof the answer is private. */
  readonly needs?: 'honoursQuery' | 'honoursVaryAndOwnerAsks'
}

const DOCUMENT = { else: PRIVATE, unsaid: 'not public', isSameForAll: true, isOpenToOrigins: true } as const
/** The path holds what the bytes depend on. */
const FOREVER = 'public, max-age=31536000, immutable'

export const ANSWERS = {
  /** `/ap/`: an actor, a public or unlisted object, a public collection. */
  object: {
    ...DOCUMENT,
    kept: 'public, max-age=60, stale-while-revalidate=60, stale-if-error=604800, no-transform',
    gone: 'public, max-age=60, no-transform',
    isOfPeople: true,
    keptByPurger: 'max-age=86400, stale-if-error=604800',
  },
  /**
   * `/ap/`: a public page of a collection. Which of them caches have nobody knows, so that no purge can name them when
   * something on one is edited or taken back: none is kept for longer on the strength of a purge.
   */
  listing: {
    ...DOCUMENT,
    kept: 'public, max-age=60, stale-while-revalidate=60, stale-if-error=604800, no-transform',
    isOfPeople: true,
  },
  /** `/ap/`: what may be taken back. Nobody shows it longer than a minute, whatever happens to us. */
  revocable: { ...DOCUMENT, kept: 'public, max-age=60, no-transform', isOfPeople: true },
  /** `/ap/`: the instance actor and what hangs on it. */
  instanceActor: {
    ...DOCUMENT,
    kept: 'public, max-age=3600, stale-if-error=604800, no-transform',
    isOfPeople: true,
  },
  /** `/ap/`: for one reader alone, whoever it is. */
  ofReader: { kept: PRIVATE, else: PRIVATE, unsaid: 'not public' },
  /** Pages at addresses that also lead servers to an id: each answer of them, whatever it is. */
  negotiated: {
    kept: 'public, max-age=60, no-transform',
    else: PRIVATE,
    unsaid: 'public',
    lifetime: 'cacheTimeoutPageDefault',
    vary: 'Accept',
    isOfPeople: true,
    needs: 'honoursVaryAndOwnerAsks',
  },
  /** Pages that are the same whatever is asked for: front, about, hashtags. */
  page: {
    kept: 'public, max-age=60, no-transform',
    lifetime: 'cacheTimeoutPageDefault',
    else: NEVER,
    unsaid: 'public',
    isOfPeople: true,
  },
  feed: {
    kept: 'public, max-age=300, stale-if-error=86400, no-transform',
    lifetime: 'cacheTimeoutIdentityFeed',
    else: NEVER,
    unsaid: 'public',
    isOfPeople: true,
    isOpenToOrigins: true,
  },
  webfinger: {
    kept: 'public, max-age=600, stale-if-error=604800, no-transform',
    else: NEVER,
    unsaid: 'public',
    isOfPeople: true,
    isOpenToOrigins: true,
    needs: 'honoursQuery',
  },
  /** What the home says of itself to programs: host-meta, NodeInfo, robots.txt, a sitemap. */
  home: {
    kept: 'public, max-age=3600, no-transform',
    else: NEVER,
    unsaid: 'public',
    isOpenToOrigins: true,
  },
  /** Own and proxied media: the address holds the hash. A failed fetch is not kept. */
  media: { kept: FOREVER, else: NEVER, unsaid: 'public', isSameForAll: true, isOpenToOrigins: true },
  /** Pictures of who has none: always the same, at an address without a hash. */
  picture: {
    kept: 'public, max-age=86400',
    else: NEVER,
    unsaid: 'public',
    isSameForAll: true,
    isOpenToOrigins: true,
  },
  /** Files with their hash in the name. */
  asset: { kept: FOREVER, else: NEVER, unsaid: 'public', isSameForAll: true },
  /** What the home asks of itself to learn what caches in front keep; it is the same for everybody who may ask. */
  probe: { kept: 'public, max-age=60, no-transform', else: NEVER, unsaid: 'public', isSameForAll: true },
  /** Client API, streams, OAuth, exports, the owner's routes: also to visitors. */
  private: { kept: PRIVATE, else: NEVER, unsaid: 'public' },
  /** Everything not named above: inboxes, probes, the window's document, what is not here. */
  never: { kept: NEVER, else: NEVER, unsaid: 'public' },
} as const satisfies Readonly<Record<string, AnswerRow>>

export type AnswerClass = keyof typeof ANSWERS

export interface AnswerFacts {
  readonly method: string
  readonly status: number
  /** Null where the handler said nothing. */
  readonly outcome: Outcome | null
  /** The request carries `Authorization` or `Cookie`. */
  readonly hasCredentials: boolean
  /** In authorised-fetch mode, as it is now. */
  readonly isAuthorizedFetch: boolean
  /** The owner lets caches keep pages that negotiate, where they are proven to honour Vary. */
  readonly keepsNegotiated: boolean
  readonly edge: ProvenEdge
  /** Of the route, where it is another than that of its row. */
  readonly lifetime?: Lifetime | undefined
  /** By the settings; as the table has them unless said. */
  readonly lifetimes?: Lifetimes
}

/** `Cache-Control`, and with it whether anybody may keep the answer. */
export function cacheControlOf(kind: AnswerClass, facts: AnswerFacts): string {
  const row: AnswerRow = ANSWERS[kind]
  const outcome = facts.outcome ?? row.unsaid
  const isGone = facts.status === 410 && row.gone !== undefined
  if (!isGone && !isGood(facts.status)) return row.else
  if (facts.method !== 'GET' && facts.method !== 'HEAD') return row.kept === PRIVATE ? PRIVATE : NEVER
  if (outcome === 'failed') return NEVER
  if (outcome === 'not public' || isClosed(row, facts)) return PRIVATE
  return isGone ? (row.gone ?? row.else) : keptFor(row, facts)
}

function keptFor(row: AnswerRow, { lifetime = row.lifetime, lifetimes }: AnswerFacts): string {
  if (lifetimes === undefined || row.lifetime === undefined || lifetime === undefined) return row.kept
  return row.kept.replace(/max-age=\d+/, `max-age=${lifetimes[lifetime]}`)
}

/** 304 says the same as the answer that it spares. */
const isGood = (status: number): boolean => (status >= 200 && status < 300) || status === 304

function isClosed(row: AnswerRow, facts: AnswerFacts): boolean {
  if (facts.isAuthorizedFetch && row.isOfPeople === true) return true
  // Never by relying on the header alone: several caches have leaked what came with one (rule 83).
  if (facts.hasCredentials && row.isSameForAll !== true && row.kept !== NEVER) return true
  if (row.needs === 'honoursQuery') return !facts.edge.honoursQuery
  if (row.needs === 'honoursVaryAndOwnerAsks') return !(facts.edge.honoursVary && facts.keepsNegotiated)
  return false
}

/** `CDN-Cache-Control` beside a `Cache-Control`; null for none. */
export function cdnCacheControlOf(
  kind: AnswerClass,
  cacheControl: string,
  { purges }: ProvenEdge,
): string | null {
  const row: AnswerRow = ANSWERS[kind]
  return purges && cacheControl === row.kept ? (row.keptByPurger ?? null) : null
}

export const varyOf = (kind: AnswerClass): string | null => (ANSWERS[kind] as AnswerRow).vary ?? null

export const isOpenToOrigins = (kind: AnswerClass): boolean =>
  (ANSWERS[kind] as AnswerRow).isOpenToOrigins === true
