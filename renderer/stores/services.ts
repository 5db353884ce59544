/** Everything the pages use, made once and handed to each other. */
import { type ApiClient, createApiClient } from '../api/client.ts'
import { CommandBus } from '../keys/command-bus.ts'
import { Drafts } from './drafts.ts'
import { HomeTimeline } from './home-timeline.ts'
import type { KeyValueStorage } from './key-value-storage.ts'
import { Live } from './live.ts'
import { createStore, type Store } from './observable.ts'
import { PostStore } from './posts.ts'
import { Reactions } from './reactions.ts'
import { ReadingPlace } from './reading-place.ts'
import { Session } from './session.ts'

/** What a page of posts looked like when it was left, so that coming back finds it so. */
export interface HomeScroll {
  /** Of the list's own measuring; opaque. */
  readonly measured: unknown
  readonly offset: number
  readonly count: number
}

export interface Services {
  readonly api: ApiClient
  readonly storage: KeyValueStorage
  readonly session: Session
  readonly posts: PostStore
  readonly timeline: HomeTimeline
  readonly reactions: Reactions
  readonly readingPlace: ReadingPlace
  readonly drafts: Drafts
  readonly live: Live
  readonly commands: CommandBus
  /** Post ids whose warning, and `media <id>` whose media, were opened. */
  readonly opened: Store<ReadonlySet<string>>
  /** Newest post that was on the screen. */
  readonly newestSeen: Store<string | null>
  readonly homeScroll: Store<HomeScroll | null>
}

interface ServiceOptions {
  readonly fetch: typeof globalThis.fetch
  readonly storage: KeyValueStorage
  readonly newKey: () => string
  readonly onBack: () => void
}

export function createServices({ fetch, storage, newKey, onBack }: ServiceOptions): Services {
  const signedOut = { tell: (): void => {} }
  const api = createApiClient({ fetch, onSignedOut: () => signedOut.tell() })
  const session = new Session(api)
  signedOut.tell = () => session.hasEnded()
  const posts = new PostStore()
  const timeline = new HomeTimeline(api, posts)
  return {
    api,
    storage,
    session,
    posts,
    timeline,
    reactions: new Reactions(api, posts),
    readingPlace: new ReadingPlace(api, storage),
    drafts: new Drafts({ storage, newKey, nowMs: () => Date.now() }),
    live: new Live({ fetch, posts, timeline, onSignedOut: () => session.hasEnded(), onBack }),
    commands: new CommandBus(),
    opened: createStore<ReadonlySet<string>>(new Set()),
    newestSeen: createStore<string | null>(null),
    homeScroll: createStore<HomeScroll | null>(null),
  }
}

/** Forgets what belonged to the session. Drafts stay: they are the person's. */
export function forgetSession(services: Services): void {
  services.live.close()
  services.readingPlace.close()
  services.timeline.clear()
  services.posts.clear()
  services.opened.set(new Set())
  services.newestSeen.set(null)
  services.homeScroll.set(null)
}
