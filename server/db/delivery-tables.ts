/** The tables of other servers, of what they send and of what is sent to them, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface PeersTable extends StateColumns {
  host: string
  software: Nullable<string>
  software_version: Nullable<string>
  node_info_at: NullableMoment
  prefers_rfc9421: Nullable<boolean>
  first_seen_at: Moment
  last_success_at: NullableMoment
  last_failure_at: NullableMoment
  failures: Generated<number>
  failing_since: NullableMoment
  last_error: Nullable<string>
  retry_at: NullableMoment
  unavailable_at: NullableMoment
}

interface DomainBlocksTable {
  domain: string
  comment: Generated<string>
  created_at: Moment
}

interface InboxMessagesTable extends StateColumns {
  id: Generated<string>
  signer_uri: string
  activity_id: string
  activity_type: string
  host: string
  body: Nullable<string>
  received_at: Moment
  dropped_because: Nullable<string>
}

interface OutboundActivitiesTable {
  id: Generated<string>
  activity_uri: string
  activity_type: string
  actor_id: string
  object_uri: string
  body: string
  created_at: Moment
}

interface MissingInboxesTable {
  inbox_uri: string
  days: Generated<number>
  last_day: Moment
}

interface FanOutsTable extends StateColumns {
  id: Generated<string>
  activity_id: string
  inbox_uri: string
  host: string
  object_uri: string
  has_elder: Generated<boolean>
  created_at: Moment
}

export interface DeliveryTables {
  peers: PeersTable
  domain_blocks: DomainBlocksTable
  inbox_messages: InboxMessagesTable
  outbound_activities: OutboundActivitiesTable
  missing_inboxes: MissingInboxesTable
  fan_outs: FanOutsTable
}
