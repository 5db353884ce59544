/** Every graph of a home, for what is told of the engine as a whole; their handlers are the worker's. */
import type { Graph } from '../../stator/graph.ts'
import { archiveGraph } from '../archives/archive-graph.ts'
import { absenceGraph } from '../absences/absence-graph.ts'
import { actorGraph } from '../actors/actor-graph.ts'
import { blockGraph } from '../blocks/block-graph.ts'
import { blockListGraph } from '../blocks/block-list-graph.ts'
import { cardGraph } from '../cards/card-graph.ts'
import { draftGraph } from '../drafts/draft-graph.ts'
import { emojiGraph } from '../emojis/emoji-graph.ts'
import { exportGraph } from '../exports/export-graph.ts'
import { farewellGraph } from '../farewells/farewell-graph.ts'
import { fanOutGraph } from '../fan-outs/fan-out-graph.ts'
import { followCheckGraph } from '../follows/follow-check-graph.ts'
import { followGraph } from '../follows/follow-graph.ts'
import { originListGraph } from '../follows/origin-list-graph.ts'
import { hashtagGraph } from '../hashtags/hashtag-graph.ts'
import { importEntryGraph } from '../imports/import-entry-graph.ts'
import { importGraph } from '../imports/import-graph.ts'
import { inboxMessageGraph } from '../inbox/inbox-message-graph.ts'
import { interactionGraph } from '../interactions/interaction-graph.ts'
import { linkCheckGraph } from '../links/link-check-graph.ts'
import { outboxSweepGraph } from '../outboxes/outbox-sweep-graph.ts'
import { peerGraph } from '../peers/peer-graph.ts'
import { pollGraph } from '../polls/poll-graph.ts'
import { pollVoteGraph } from '../polls/poll-vote-graph.ts'
import { postGraph } from '../posts/post-graph.ts'
import { postRefreshGraph } from '../posts/post-refresh-graph.ts'
import { featuredChangeGraph } from '../profiles/featured-change-graph.ts'
import { profileReadingGraph } from '../profiles/profile-reading-graph.ts'
import { purgeGraph } from '../purges/purge-graph.ts'
import { pushDeliveryGraph } from '../push/push-delivery-graph.ts'
import { quoteAuthorizationGraph } from '../quotes/quote-authorization-graph.ts'
import { quoteGraph } from '../quotes/quote-graph.ts'
import { reportGraph } from '../reports/report-graph.ts'
import { scheduledPostGraph } from '../scheduled-posts/scheduled-post-graph.ts'
import { threadFetchGraph } from '../threads/thread-fetch-graph.ts'
import { timelinePictureGraph } from '../remote-media/timeline-picture-graph.ts'
import { uploadGraph } from '../uploads/upload-graph.ts'

/** In order of their tables. */
export const homeGraphs: readonly Graph[] = [
  absenceGraph,
  actorGraph,
  archiveGraph,
  blockListGraph,
  blockGraph,
  cardGraph,
  draftGraph,
  emojiGraph,
  exportGraph,
  fanOutGraph,
  farewellGraph,
  featuredChangeGraph,
  followCheckGraph,
  followGraph,
  hashtagGraph,
  importEntryGraph,
  importGraph,
  inboxMessageGraph,
  interactionGraph,
  linkCheckGraph,
  originListGraph,
  outboxSweepGraph,
  peerGraph,
  pollVoteGraph,
  pollGraph,
  postRefreshGraph,
  postGraph,
  profileReadingGraph,
  purgeGraph,
  pushDeliveryGraph,
  quoteAuthorizationGraph,
  quoteGraph,
  reportGraph,
  scheduledPostGraph,
  threadFetchGraph,
  timelinePictureGraph,
  uploadGraph,
]
