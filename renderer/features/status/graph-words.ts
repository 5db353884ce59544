/** What the home does by itself, by the kinds that have words; one that is newer than the window goes by its own name. */
import type { Text } from '../../i18n/i18n.ts'

const KINDS = [
  'absences',
  'actors',
  'block_list_subscriptions',
  'blocks',
  'cards',
  'drafts',
  'emojis',
  'exports',
  'fan_outs',
  'farewells',
  'featured_changes',
  'follow_checks',
  'follows',
  'hashtags',
  'import_entries',
  'archive_imports',
  'imports',
  'inbox_messages',
  'interactions',
  'link_checks',
  'origin_lists',
  'outbox_sweeps',
  'peers',
  'poll_votes',
  'polls',
  'post_refreshes',
  'posts',
  'profile_readings',
  'purges',
  'push_deliveries',
  'quote_authorizations',
  'quotes',
  'reports',
  'scheduled_posts',
  'thread_fetches',
  'timeline_pictures',
  'uploads',
] as const

type Kind = (typeof KINDS)[number]

const isKind = (graph: string): graph is Kind => (KINDS as readonly string[]).includes(graph)

export const graphWords = (t: Text, graph: string): string =>
  isKind(graph) ? t(`work_graph.${graph}`) : graph
