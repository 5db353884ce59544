/** Everything the pages use, made once and handed to each other. */
import { type ApiClient, createApiClient } from '../api/client.ts'
import { type ChannelLine, ChannelSocket } from '../api/channel-socket.ts'
import { ChannelStreams } from '../api/channel-streams.ts'
import { getPostSource } from '../api/posts.ts'
import type { ReadyAnswers } from '../api/ready-answers.ts'
import { NamedBoosters } from './boosters.ts'
import { CommandBus } from '../keys/command-bus.ts'
import { forgetSearches } from './recent-searches.ts'
import { DraftLanguage } from './draft-language.ts'
import { DraftKeeper } from './draft-keeper.ts'
import { Drafts } from './drafts.ts'
import { Outgoing } from './outgoing.ts'
import { Suggestions } from './suggestions.ts'
import { Uploads } from './uploads.ts'
import { storageOfIdentity } from './identity.ts'
import { KeySettings } from './key-settings.ts'
import { gathered } from './gathered.ts'
import { HomeStart } from './home-start.ts'
import { HomeTimeline } from './home-timeline.ts'
import type { KeyValueStorage } from './key-value-storage.ts'
import type { HomeKeeper } from './kept-home.ts'
import { LeftOut } from './left-out.ts'
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
  /** Of this browser, whoever the owner is in it. */
  readonly storage: KeyValueStorage
  /** The identity that was chosen in this browser; null: the oldest. */
  readonly identityId: string | null
  /** What can be read without the home. */
  readonly homeKeeper: HomeKeeper
  readonly session: Session
  readonly posts: PostStore
  readonly threads: Threads
  readonly timeline: HomeTimeline
  readonly postLists: PostLists
  /** What the lists let go of after a mute, a block or the end of a follow. */
  readonly leftOut: LeftOut
  readonly namedBoosters: NamedBoosters
  /** What is done with posts. */
  readonly deeds: PostDeeds
  /** What lies over the page about one post. */
  readonly postSheet: Store<PostSheet | null>
  readonly readingPlace: ReadingPlace
  readonly homeStart: HomeStart
  readonly drafts: Drafts
  readonly keeper: DraftKeeper
  readonly outgoing: Outgoing
  readonly uploads: Uploads
  readonly suggestions: Suggestions
  readonly live: Live
  /** Streams beside that of the owner: public timelines, hashtags, lists, conversations. */
  readonly channels: ChannelLine
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
  /** The post whose thread stands beside the middle. */
  readonly besideId: Store<string | null>
}

interface ServiceOptions {
  readonly fetch: typeof globalThis.fetch
  /** What the home has answered already. */
  readonly readyAnswers?: ReadyAnswers
  readonly storage: KeyValueStorage
  readonly identityId?: string | null
  /** What can be read without the home. */
  readonly homeKeeper: HomeKeeper
  /** Null where the window is not shown by a server that has sockets: each stream is a request of its own then. */
  readonly openSocket: (() => WebSocket) | null
  readonly newKey: () => string
  readonly onBack: () => void
}

export function createServices(options: ServiceOptions): Services {
  const { fetch, readyAnswers, storage, identityId = null, homeKeeper, openSocket, newKey, onBack } = options
  const ownStorage = storageOfIdentity(storage, identityId)
  const signedOut = { tell: (): void => {} }
  const api = createApiClient({ fetch, readyAnswers, onSignedOut: () => signedOut.tell() })
  const session = new Session(api, homeKeeper)
  signedOut.tell = () => session.hasEnded()
  const posts = new PostStore()
  const timeline = new HomeTimeline(api, posts)
  const undo = new Undo()
  const deeds = new PostDeeds({ api, posts, storage: ownStorage, undo, nowMs: () => Date.now() })
  const preferences = new PreferenceStore(api, storage)
  const notifications = new Notifications(api, posts, () => preferences.get().hiddenKinds)
  preferences.follow(['hiddenKinds'], () => void notifications.hideOthers())
  const lists = openLists({ api, posts, timeline, notifications })
  const live = new Live({
    fetch,
    onSignedOut: () => session.hasEnded(),
    hasOnlyLeft: (id) => lists.leftOut.explains(id),
  })
  const channels = openChannels({ fetch, openSocket, session })
  listen(live, posts, timeline)
  live.on('notification', (one) => notifications.arrive(one))
  live.on('notifications_merged', () => void notifications.catchUp())
  // What came before the line was open was told to nobody.
  live.on('opened', ({ isAgain }) => {
    void notifications.catchUp()
    if (!isAgain) return
    channels.renew()
    void deeds.finishDeletions()
    onBack()
  })
  const opened = createStore<ReadonlySet<string>>(new Set())
  preferences.follow(['expandsWarnings', 'showsMedia', 'foldsLongPosts'], () => opened.set(new Set()))
  const writing = openWriting({ api, storage: ownStorage, newKey, posts, timeline, preferences })
  return {
    api,
    storage,
    identityId,
    homeKeeper,
    session,
    posts,
    ...lists,
    timeline,
    deeds,
    postSheet: createStore<PostSheet | null>(null),
    ...openReading(api, ownStorage, timeline),
    ...writing,
    live,
    channels,
    notifications,
    commands: new CommandBus(),
    keys: new KeySettings(storage),
    undo,
    preferences,
    ask: new PersonQuestions(),
    opened,
    homeScroll: createStore<KeptScroll | null>(null),
    besideId: createStore<string | null>(null),
  }
}

type Reading = Pick<Services, 'readingPlace' | 'newestSeen' | 'homeStart'>

/** Where the home is read from. */
function openReading(api: ApiClient, storage: KeyValueStorage, timeline: HomeTimeline): Reading {
  const readingPlace = new ReadingPlace(api, storage)
  const newestSeen = createStore<string | null>(null)
  return { readingPlace, newestSeen, homeStart: new HomeStart({ readingPlace, timeline, newestSeen }) }
}

type Lists = Pick<Services, 'threads' | 'postLists' | 'leftOut' | 'namedBoosters'>
type ListParts = Pick<Services, 'api' | 'posts' | 'timeline' | 'notifications'>

/** What is read besides the home timeline, and who is let go of in all of it. */
function openLists({ api, posts, timeline, notifications }: ListParts): Lists {
  const threads = new Threads(api, posts)
  const postLists = new PostLists(api, posts)
  const namedBoosters = new NamedBoosters(posts)
  const leftOut = new LeftOut(posts, [timeline, postLists, threads, notifications, namedBoosters])
  return { threads, postLists, leftOut, namedBoosters }
}

type Writing = Pick<Services, 'drafts' | 'keeper' | 'outgoing' | 'uploads' | 'suggestions'>
type WritingParts = Pick<Services, 'api' | 'storage' | 'posts' | 'timeline' | 'preferences'> &
  Pick<ServiceOptions, 'newKey'>

function openChannels({
  fetch,
  openSocket,
  session,
}: Pick<ServiceOptions, 'fetch' | 'openSocket'> & Pick<Services, 'session'>): ChannelLine {
  if (openSocket !== null) return new ChannelSocket({ open: openSocket })
  return new ChannelStreams({ fetch, onSignedOut: () => session.hasEnded() })
}

/** All that a post goes through before it is one. */
function openWriting({ api, storage, newKey, posts, timeline, preferences }: WritingParts): Writing {
  const drafts = new Drafts({
    storage,
    newKey,
    nowMs: () => Date.now(),
    readSource: async (postId) => getPostSource(api, postId),
  })
  const keeper = new DraftKeeper(api, drafts)
  const language = new DraftLanguage({
    drafts,
    load: async () => (await import('../formatting/guess-language.ts')).guessLanguage,
  })
  const outgoing = new Outgoing({
    api,
    drafts,
    keeper,
    beforeSending: (id) => language.settle(id),
    holdSeconds: () => preferences.get().holdSeconds,
    onPosted: (status) => timeline.arrive(status),
    onEdited: (status) => posts.put([status]),
  })
  const uploads = new Uploads(api, drafts, newKey)
  return { drafts, keeper, outgoing, uploads, suggestions: new Suggestions(api) }
}

/** What comes so soon after another is shown with it. */
const TOGETHER_MS = 100

/** What the live line tells is in the stores at once, and posts in the list a moment later. */
function listen(live: Live, posts: PostStore, timeline: HomeTimeline): void {
  // Many at a time are one change of the list, which would be drawn for each of them.
  const entering = gathered<string>((ids) => timeline.enter(ids), TOGETHER_MS)
  live.on('update', (status) => {
    posts.put([status])
    entering(status.id)
  })
  live.on('status.update', (status) => posts.put([status]))
  live.on('boosters', ({ id, followed_boosters }) =>
    posts.patch(id, (post) => ({
      ...post,
      followed_boosters,
      reblogs_count: Math.max(post.reblogs_count, followed_boosters?.count ?? 0),
    })),
  )
  live.on('delete', (id) => posts.remove(id))
  // What came between the first page and the opening of the line is fetched too, so nothing falls in between.
  live.on('opened', () => void timeline.catchUp())
}

/** Forgets what belonged to the session. Drafts that the home does not have stay: they are the person's. */
export function forgetSession(services: Services): void {
  void services.homeKeeper.clear()
  forgetSearches(services.storage)
  services.undo.settle()
  services.ask.close()
  services.live.close()
  services.channels.close()
  services.keeper.close()
  services.outgoing.close()
  services.homeStart.forget()
  services.readingPlace.close()
  services.timeline.clear()
  services.notifications.forget()
  services.postLists.clear()
  services.leftOut.clear()
  services.namedBoosters.clear()
  services.threads.clear()
  services.posts.clear()
  services.deeds.clear()
  services.postSheet.set(null)
  services.opened.set(new Set())
  services.newestSeen.set(null)
  services.homeScroll.set(null)
}
