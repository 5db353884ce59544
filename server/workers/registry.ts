/** Every graph of the home with its handlers: the types refuse a state without one. */
import type { Dereferencer } from '../activitypub/dereference.ts'
import type { ThreadLimits } from '../activitypub/threads/thread-parts.ts'
import type { Config } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import { archiveGraph } from '../domain/archives/archive-graph.ts'
import { absenceGraph } from '../domain/absences/absence-graph.ts'
import { actorGraph } from '../domain/actors/actor-graph.ts'
import { RemoteCollections } from '../activitypub/remote-collections.ts'
import { RemoteDocuments } from '../activitypub/remote-documents.ts'
import { blockGraph } from '../domain/blocks/block-graph.ts'
import { cardGraph } from '../domain/cards/card-graph.ts'
import { exportGraph } from '../domain/exports/export-graph.ts'
import { emojiGraph } from '../domain/emojis/emoji-graph.ts'
import type { DeliveryCounts } from '../domain/fan-outs/delivery-counts.ts'
import type { OfflineGuard } from '../domain/fan-outs/offline-guard.ts'
import { farewellGraph } from '../domain/farewells/farewell-graph.ts'
import { fanOutGraph } from '../domain/fan-outs/fan-out-graph.ts'
import { followCheckGraph } from '../domain/follows/follow-check-graph.ts'
import { originListGraph } from '../domain/follows/origin-list-graph.ts'
import { followGraph } from '../domain/follows/follow-graph.ts'
import { hashtagGraph } from '../domain/hashtags/hashtag-graph.ts'
import { inboxMessageGraph } from '../domain/inbox/inbox-message-graph.ts'
import { interactionGraph } from '../domain/interactions/interaction-graph.ts'
import { linkCheckGraph } from '../domain/links/link-check-graph.ts'
import type { Home } from '../domain/owner/home.ts'
import { outboxSweepGraph } from '../domain/outboxes/outbox-sweep-graph.ts'
import { peerGraph } from '../domain/peers/peer-graph.ts'
import { pollGraph } from '../domain/polls/poll-graph.ts'
import { pollVoteGraph } from '../domain/polls/poll-vote-graph.ts'
import { postGraph } from '../domain/posts/post-graph.ts'
import { featuredChangeGraph } from '../domain/profiles/featured-change-graph.ts'
import { pushDeliveryGraph } from '../domain/push/push-delivery-graph.ts'
import { purgeGraph } from '../domain/purges/purge-graph.ts'
import type { Purger } from '../domain/purges/purger.ts'
import { profileReadingGraph } from '../domain/profiles/profile-reading-graph.ts'
import { postRefreshGraph } from '../domain/posts/post-refresh-graph.ts'
import { threadFetchGraph } from '../domain/threads/thread-fetch-graph.ts'
import { quoteAuthorizationGraph } from '../domain/quotes/quote-authorization-graph.ts'
import { quoteGraph } from '../domain/quotes/quote-graph.ts'
import { scheduledPostGraph } from '../domain/scheduled-posts/scheduled-post-graph.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import type { Graph, GraphWork } from '../stator/graph.ts'
import { absenceHandlers } from './absence-handlers.ts'
import { refreshActorHandler } from './actor-handlers.ts'
import { archiveHandlers } from './archive-handlers.ts'
import { blockHandlers } from './block-handlers.ts'
import { cardHandlers } from './card-handlers.ts'
import { draftGraph } from '../domain/drafts/draft-graph.ts'
import { draftHandlers } from './draft-handlers.ts'
import { emojiHandlers } from './emoji-handlers.ts'
import { exportHandlers } from './export-handlers.ts'
import { farewellHandlers } from './farewell-handlers.ts'
import { fanOutHandlers } from './fan-out-handlers.ts'
import { followCheckHandlers } from './follow-check-handlers.ts'
import { featuredChangeHandlers } from './featured-change-handlers.ts'
import { followHandlers } from './follow-handlers.ts'
import { hashtagHandlers } from './hashtag-handlers.ts'
import { identityHandlers } from './identity-handlers.ts'
import { inboxMessageHandlers } from './inbox-message-handlers.ts'
import { interactionHandlers } from './interaction-handlers.ts'
import { originListHandlers } from './origin-list-handlers.ts'
import { outboxSweepHandlers } from './outbox-sweep-handlers.ts'
import { importEntryGraph } from '../domain/imports/import-entry-graph.ts'
import { importGraph } from '../domain/imports/import-graph.ts'
import { importEntryHandlers, importHandlers } from './import-handlers.ts'
import { blockListGraph } from '../domain/blocks/block-list-graph.ts'
import { blockListHandlers } from './block-list-handlers.ts'
import { reportGraph } from '../domain/reports/report-graph.ts'
import { reportHandlers } from './report-handlers.ts'
import { linkCheckHandlers } from './link-check-handlers.ts'
import { peerHandlers } from './peer-handlers.ts'
import { pollHandlers } from './poll-handlers.ts'
import { pollVoteHandlers } from './poll-vote-handlers.ts'
import { postHandlers } from './post-handlers.ts'
import { pushHandlers } from './push-handlers.ts'
import { scheduledPostHandlers } from './scheduled-post-handlers.ts'
import { purgeHandlers } from './purge-handlers.ts'
import { profileReadingHandlers } from './profile-reading-handlers.ts'
import { postRefreshHandlers } from './post-refresh-handlers.ts'
import { uploadGraph } from '../domain/uploads/upload-graph.ts'
import type { ExportFolder } from '../storage/export-folder.ts'
import type { ArchiveShelf } from '../storage/archives/archive-shelf.ts'
import type { MediaStore } from '../storage/media-store.ts'
import { createDecoder } from '../domain/decoding/decoder.ts'
import type { StartDecoder } from '../domain/decoding/decoder-process.ts'
import { uploadHandlers } from './upload-handlers.ts'
import { threadHandlers } from './thread-handlers.ts'
import type { RemoteMedia } from '../domain/remote-media/remote-media.ts'
import { timelinePictureGraph } from '../domain/remote-media/timeline-picture-graph.ts'
import type { Caches } from '../storage/caches/open-caches.ts'
import { timelinePictureHandlers } from './timeline-picture-handlers.ts'
import { quoteAuthorizationHandlers, quoteHandlers } from './quote-handlers.ts'

/** What handlers are made of; the composition root has it. */
export interface WorkerParts {
  readonly config: Pick<
    Config,
    | 'actorMaxAge'
    | 'avatarMaxKb'
    | 'emojiMaxKb'
    | 'outboxFetch'
    | 'mediaMaxImageMb'
    | 'mediaMaxVideoMb'
    | 'mediaUrl'
    | 'prefetch'
    | 'previewCards'
    | 'threadMaxItems'
    | 'threadMaxPages'
    | 'vapidPrivateKey'
  >
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Home
  readonly fetch: SafeFetch
  readonly dereferencer: Dereferencer
  readonly media: MediaStore
  readonly exports: ExportFolder
  /** Where archives of former accounts lie. */
  readonly shelf: ArchiveShelf
  /** Tells what stands in front of the home; null where nothing does. */
  readonly purger?: Purger | null
  /** A sentence for the journal. */
  readonly notice?: (level: 'info' | 'warn', message: string) => void
  readonly caches: Caches
  readonly remoteMedia: RemoteMedia
  /** By Node's fork, unless said otherwise. */
  readonly startDecoder?: StartDecoder
  /** Whether our own line is gone; whoever hears of it tells the deliveries by it. */
  readonly line?: OfflineGuard
  /** Where how deliveries end is counted. */
  readonly deliveries?: DeliveryCounts | undefined
}

/** One set for a worker: handlers of deliveries keep what they know of other servers among themselves. */
export function allGraphWork(parts: WorkerParts): GraphWork[] {
  const { config } = parts
  const { mediaUrl, previewCards } = config
  const collections = new RemoteCollections(new RemoteDocuments(parts))
  return [
    work({ graph: postGraph, handlers: postHandlers({ ...parts, mediaUrl, previewCards }) }),
    work({ graph: pollGraph, handlers: pollHandlers({ ...parts, mediaUrl }) }),
    work({ graph: pollVoteGraph, handlers: pollVoteHandlers(parts) }),
    work({ graph: quoteGraph, handlers: quoteHandlers({ ...parts, mediaUrl }) }),
    work({ graph: quoteAuthorizationGraph, handlers: quoteAuthorizationHandlers(parts) }),
    work({ graph: draftGraph, handlers: draftHandlers(parts) }),
    work({ graph: scheduledPostGraph, handlers: scheduledPostHandlers(parts) }),
    work({ graph: interactionGraph, handlers: interactionHandlers(parts) }),
    work({ graph: followGraph, handlers: followHandlers(parts) }),
    work({ graph: followCheckGraph, handlers: followCheckHandlers(parts) }),
    work({ graph: blockGraph, handlers: blockHandlers(parts) }),
    work({ graph: fanOutGraph, handlers: fanOutHandlers(parts) }),
    work({ graph: inboxMessageGraph, handlers: inboxMessageHandlers(parts) }),
    work({
      graph: actorGraph,
      handlers: { ...identityHandlers(parts), outdated: refreshActorHandler(parts) },
    }),
    work({ graph: blockListGraph, handlers: blockListHandlers(parts) }),
    work({ graph: importGraph, handlers: importHandlers(parts) }),
    work({ graph: importEntryGraph, handlers: importEntryHandlers(parts) }),
    work({ graph: farewellGraph, handlers: farewellHandlers(parts) }),
    work({ graph: exportGraph, handlers: exportHandlers(parts) }),
    work({ graph: archiveGraph, handlers: archiveHandlers(parts) }),
    work({ graph: reportGraph, handlers: reportHandlers(parts) }),
    work({ graph: peerGraph, handlers: peerHandlers(parts) }),
    work({ graph: linkCheckGraph, handlers: linkCheckHandlers(parts) }),
    work({ graph: profileReadingGraph, handlers: profileReadingHandlers({ ...parts, collections }) }),
    work({
      graph: outboxSweepGraph,
      handlers: outboxSweepHandlers({ ...parts, collections, wanted: config.outboxFetch }),
    }),
    work({
      graph: threadFetchGraph,
      handlers: threadHandlers({ ...parts, collections, limits: threadLimits(config) }),
    }),
    work({ graph: postRefreshGraph, handlers: postRefreshHandlers({ ...parts, collections }) }),
    work({ graph: originListGraph, handlers: originListHandlers({ ...parts, collections }) }),
    work({ graph: featuredChangeGraph, handlers: featuredChangeHandlers(parts) }),
    work({ graph: absenceGraph, handlers: absenceHandlers(parts) }),
    work({ graph: cardGraph, handlers: cardHandlers({ ...parts, previewCards }) }),
    work({ graph: emojiGraph, handlers: emojiHandlers(parts) }),
    work({ graph: pushDeliveryGraph, handlers: pushHandlers(parts) }),
    work({ graph: purgeGraph, handlers: purgeHandlers({ ...parts, purger: parts.purger ?? null }) }),
    work({ graph: timelinePictureGraph, handlers: timelinePictureHandlers(parts) }),
    work({ graph: hashtagGraph, handlers: hashtagHandlers(parts) }),
    work({ graph: uploadGraph, handlers: uploadHandlers({ ...parts, decoder: createDecoder(parts) }) }),
  ]
}

function threadLimits({ threadMaxItems, threadMaxPages }: WorkerParts['config']): ThreadLimits {
  return { maxItems: threadMaxItems, maxPages: threadMaxPages }
}

/** Checks the handlers against their own graph, before it is one of many. */
function work<G extends Graph>(one: GraphWork<G>): GraphWork {
  return one
}
