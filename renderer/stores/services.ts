/** Everything the pages use, made once and handed to each other. */
import { type ApiClient, createApiClient } from '../api/client.ts'
import { getPostSource } from '../api/posts.ts'
import { CommandBus } from '../keys/command-bus.ts'
import { DraftKeeper } from './draft-keeper.ts'
import { Drafts } from './drafts.ts'
import { Outgoing } from './outgoing.ts'
import { Suggestions } from './suggestions.ts'
import { Uploads } from './uploads.ts'
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
  readonly homeKeeper: HomeKeeper
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
  readonly keeper: DraftKeeper
  readonly outgoing: Outgoing
  readonly uploads: Uploads
  readonly suggestions: Suggestions
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
  readonly homeKeeper: HomeKeeper
  readonly newKey: () => string
  readonly onBack: () => void
}

export function createServices({ fetch, storage, homeKeeper, newKey, onBack }: ServiceOptions): Services {
  const signedOut = { tell: (): void => {} }
  const api = createApiClient({ fetch, onSignedOut: () => signedOut.tell() })
  const session = new Session(api, homeKeeper)
  signedOut.tell = () => session.hasEnded()
  const posts = new PostStore()
  const timeline = new HomeTimeline(api, posts)
  const undo = new Undo()
  const deeds = new PostDeeds({ api, posts, storage, undo, nowMs: () => Date.now() })
  const notifications = new Notifications(api, posts)
  const live = new Live({ fetch, onSignedOut: () => session.hasEnded() })
  listen(live, posts, timeline)
  live.on('notification', (one) => notifications.arrive(one))
  live.on('notifications_merged', () => void notifications.catchUp())
  // What came before the line was open was told to nobody.
  live.on('opened', ({ isAgain }) => {
    void notifications.catchUp()
    if (!isAgain) return
    void deeds.finishDeletions()
    onBack()
  })
  const preferences = new PreferenceStore(api, storage)
  const writing = openWriting({ api, storage, newKey, posts, timeline, preferences })
  return {
    api,
    storage,
    homeKeeper,
    session,
    posts,
    threads: new Threads(api, posts),
    timeline,
    postLists: new PostLists(api, posts),
    deeds,
    postSheet: createStore<PostSheet | null>(null),
    readingPlace: new ReadingPlace(api, storage),
    ...writing,
    live,
    notifications,
    commands: new CommandBus(),
    keys: new KeySettings(storage),
    undo,
    preferences,
    ask: new PersonQuestions(),
    opened: createStore<ReadonlySet<string>>(new Set()),
    newestSeen: createStore<string | null>(null),
    homeScroll: createStore<KeptScroll | null>(null),
  }
}

type Writing = Pick<Services, 'drafts' | 'keeper' | 'outgoing' | 'uploads' | 'suggestions'>
type WritingParts = Pick<Services, 'api' | 'storage' | 'posts' | 'timeline' | 'preferences'> &
  Pick<ServiceOptions, 'newKey'>

/** All that a post goes through before it is one. */
function openWriting({ api, storage, newKey, posts, timeline, preferences }: WritingParts): Writing {
  const drafts = new Drafts({
    storage,
    newKey,
    nowMs: () => Date.now(),
    readSource: async (postId) => getPostSource(api, postId),
  })
  const keeper = new DraftKeeper(api, drafts)
  const outgoing = new Outgoing({
    api,
    drafts,
    keeper,
    holdSeconds: () => preferences.get().holdSeconds,
    onPosted: (status) => timeline.arrive(status),
    onEdited: (status) => posts.put([status]),
  })
  const uploads = new Uploads(api, drafts, newKey)
  return { drafts, keeper, outgoing, uploads, suggestions: new Suggestions(api) }
}

/** What the live line tells is in the stores at once. */
function listen(live: Live, posts: PostStore, timeline: HomeTimeline): void {
  live.on('update', (status) => timeline.arrive(status))
  live.on('status.update', (status) => posts.put([status]))
  live.on('delete', (id) => posts.remove(id))
  // What came between the first page and the opening of the line is fetched too, so nothing falls in between.
  live.on('opened', () => void timeline.catchUp())
}

/** Forgets what belonged to the session. Drafts that the home does not have stay: they are the person's. */
export function forgetSession(services: Services): void {
  void services.homeKeeper.clear()
  services.undo.settle()
  services.ask.close()
  services.live.close()
  services.keeper.close()
  services.outgoing.close()
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
