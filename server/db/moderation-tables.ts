/** The tables of domain words, block lists, reports and known devices, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Json, Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface DomainBlocksTable {
  id: Generated<string>
  domain: string
  comment: Generated<string>
  created_at: Moment
  /** False for what only block lists brought. */
  is_own: Generated<boolean>
}

interface DomainAllowsTable {
  domain: string
  comment: Generated<string>
  created_at: Moment
}

interface BlockListSubscriptionsTable extends StateColumns {
  id: Generated<string>
  url: string
  host: string
  title: Generated<string>
  created_at: Moment
  good_at: NullableMoment
  tried_at: NullableMoment
  problem: Nullable<string>
  entries: Generated<number>
  passed_over: Json<Readonly<Record<string, number>>>
  may_shrink: Generated<boolean>
}

interface BlockListEntriesTable {
  subscription_id: string
  domain: string
  comment: Generated<string>
}

export type ReportCategory = 'spam' | 'legal' | 'violation' | 'other'

interface ReportsTable extends StateColumns {
  id: Generated<string>
  uri: string
  reporter_id: Nullable<string>
  reporter_host: string
  target_id: string
  is_ours: boolean
  post_uris: Generated<string[]>
  comment: Generated<string>
  category: Generated<ReportCategory>
  rule_ids: Generated<string[]>
  is_forwarded: Generated<boolean>
  created_at: Moment
  resolved_at: NullableMoment
}

interface KnownDevicesTable {
  token_hash: Buffer
  user_agent: string
  created_at: Moment
  last_used_at: Moment
}

export interface ModerationTables {
  domain_blocks: DomainBlocksTable
  domain_allows: DomainAllowsTable
  block_list_subscriptions: BlockListSubscriptionsTable
  block_list_entries: BlockListEntriesTable
  reports: ReportsTable
  known_devices: KnownDevicesTable
}
