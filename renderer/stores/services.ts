/** Everything the pages use, made once and handed to each other. */
import { type ApiClient, createApiClient } from '../api/client.ts'
import { getPostSource } from '../api/posts.ts'
import { CommandBus } from '../keys/command-bus.ts'
import { Drafts } from './drafts.ts'
import { KeySettings } from './key-settings.ts'
import { HomeTimeline } from './home-timeline.ts'
import type { KeyValueStorage } from './key-value-storage.ts'
import type { HomeKeeper } from './kept-home.ts'
import { Live } from './live.ts'
import { Notifications } from './notifications.ts'
import { createStore, type Store } from './observable.ts'
import { PersonQuestions } from './person-questions.ts'
import { PostDeeds } from './post-deeds.ts'
import { type KeptScroll, PostLists } from './post-lists.ts'
import type { PostSheet } from './post-sheets.ts'
import { PostStore } from './posts.ts'
import { PreferenceStore } from './preferences.ts'
import { ReadingPlace } from './reading-place.ts'
import { Session } from './session.ts'
import { Threads } from './threads.ts'
import { Undo } from './undo.ts'

export interface Services {
  readonly api: ApiClient
  readonly storage: KeyValueStorage
  /** What can be read without the home. */
  readonly keeper: HomeKeeper
  readonly session: Session
  readonly posts: PostStore
  readonly threads: Threads
  readonly timeline: HomeTimeline
  readonly postLists: PostLists
  /** What is done with posts. */
  readonly deeds: PostDeeds
  /** What lies over the page about one post. */
  readonly postSheet: Store<PostSheet | null>
  readonly readingPlace: ReadingPlace
  readonly drafts: Drafts
  readonly live: Live
  readonly notifications: Notifications
  readonly commands: CommandBus
  readonly keys: KeySettings
  readonly undo: Undo
  readonly preferences: PreferenceStore
  /** Mute, block, block server, report, lists: asked from anywhere. */
  readonly ask: PersonQuestions
  /** Names of what the reader has opened; `stores/opened.ts` says how they are made. */
  readonly opened: Store<ReadonlySet<string>>
  /** Newest post that was on the screen. */
  readonly newestSeen: Store<string | null>
  readonly homeScroll: Store<KeptScroll | null>
}

interface ServiceOptions {
  readonly fetch: typeof globalThis.fetch
  readonly storage: KeyValueStorage
  /** What can be read without the home. */
  readonly keeper: HomeKeeper
  readonly newKey: () => string
  readonly onBack: () => void
}

export function createServices({ fetch, storage, keeper, newKey, onBack }: ServiceOptions): Services {
  const signedOut = { tell: (): void => {} }
  const api = createApiClient({ fetch, onSignedOut: () => signedOut.tell() })
  const session = new Session(api, keeper)
  signedOut.tell = () => session.hasEnded()
  const posts = new PostStore()
  const timeline = new HomeTimeline(api, posts)
  const undo = new Undo()
  const deeds = new PostDeeds({ api, posts, storage, undo, nowMs: () => Date.now() })
  const notifications = new Notifications(api, posts)
  const live = new Live({ fetch, onSignedOut: () => session.hasEnded() })
  listen(live, posts, timeline)
  live.listen((event) => notifications.take(event))
  live.on('opened', ({ isAgain }) => {
    if (!isAgain) return
    void deeds.finishDeletions()
    onBack()
    void notifications.catchUp()
  })
  return {
    api,
    storage,
    keeper,
    session,
    posts,
    threads: new Threads(api, posts),
    timeline,
    postLists: new PostLists(api, posts),
    deeds,
    postSheet: createStore<PostSheet | null>(null),
    readingPlace: new ReadingPlace(api, storage),
    drafts: new Drafts({
      storage,
      newKey,
      nowMs: () => Date.now(),
      readSource: async (postId) => getPostSource(api, postId),
    }),
    live,
    notifications,
    commands: new CommandBus(),
    keys: new KeySettings(storage),
    undo,
    preferences: new PreferenceStore(api, storage),
    ask: new PersonQuestions(),
    opened: createStore<ReadonlySet<string>>(new Set()),
    newestSeen: createStore<string | null>(null),
    homeScroll: createStore<KeptScroll | null>(null),
  }
}

/** What the live line tells is in the stores at once. */
function listen(live: Live, posts: PostStore, timeline: HomeTimeline): void {
  live.on('update', (status) => timeline.arrive(status))
  live.on('status.update', (status) => posts.put([status]))
  live.on('delete', (id) => posts.remove(id))
  // What came between the first page and the opening of the line is fetched too, so nothing falls in between.
  live.on('opened', () => void timeline.catchUp())
}

/** Forgets what belonged to the session. Drafts stay: they are the person's. */
export function forgetSession(services: Services): void {
  void services.keeper.clear()
  services.undo.settle()
  services.ask.close()
  services.live.close()
  services.readingPlace.close()
  services.timeline.clear()
  services.notifications.forget()
  services.postLists.clear()
  services.threads.clear()
  services.posts.clear()
  services.deeds.clear()
  services.postSheet.set(null)
  services.opened.set(new Set())
  services.newestSeen.set(null)
  services.homeScroll.set(null)
}
