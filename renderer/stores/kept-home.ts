/**
 * What this browser keeps of the home, so that it can be read while the home is away: who is signed in, their account, and the
 * posts around the reading place. Gone with the session.
 */
import type { CredentialAccount } from '../../server/contracts/account.ts'
import type { WindowState } from '../../server/contracts/owner-api.ts'
import type { Status } from '../../server/contracts/status.ts'
import type { HomeTimeline } from './home-timeline.ts'
import type { PostStore } from './posts.ts'
import type { ReadingPlace } from './reading-place.ts'

export interface KeptFacts {
  readonly state: WindowState
  readonly account: CredentialAccount
  /** Newest first. */
  readonly posts: readonly Status[]
}

/** Where it is kept. Whoever keeps nothing loses reading without the home and nothing else: no method ever throws. */
export interface HomeKeeper {
  read<Name extends keyof KeptFacts>(name: Name): Promise<KeptFacts[Name] | null>
  write<Name extends keyof KeptFacts>(name: Name, value: KeptFacts[Name]): Promise<void>
  clear(): Promise<void>
}

/** Keeps nothing. */
export const NO_KEEPER: HomeKeeper = {
  read: async () => null,
  write: async () => {},
  clear: async () => {},
}

const ABOVE = 20
const BELOW = 40
/** Writing is not worth a jolt while the reader scrolls. */
const REST_MS = 2_000

interface KeepingParts {
  readonly homeKeeper: HomeKeeper
  readonly posts: PostStore
  readonly timeline: HomeTimeline
  readonly readingPlace: ReadingPlace
}

/** Keeps the posts around the reading place from now on. @returns what ends it */
export function keepPosts(parts: KeepingParts): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = (): void => {
    const posts = postsAround(parts)
    if (posts.length > 0) void parts.homeKeeper.write('posts', posts)
  }
  const stop = parts.timeline.view.subscribe(() => {
    clearTimeout(timer)
    timer = setTimeout(write, REST_MS)
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}

/** One unbroken run: a gap is not kept. */
function postsAround({ posts, timeline, readingPlace }: KeepingParts): readonly Status[] {
  const { phase, ids, gaps } = timeline.view.get()
  if (phase !== 'ready') return []
  const place = Math.max(0, ids.indexOf(readingPlace.current?.id ?? ''))
  const above = gaps.map((gap) => ids.indexOf(gap.below)).filter((index) => index <= place)
  const below = gaps.map((gap) => ids.indexOf(gap.above) + 1).filter((index) => index > place)
  const first = Math.max(place - ABOVE, 0, ...above)
  return ids.slice(first, Math.min(place + BELOW, ...below)).flatMap((id) => posts.statusOf(id) ?? [])
}
