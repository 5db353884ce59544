/** The tables of other servers, of what they send and of what is sent to them, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface PeersTable extends StateColumns {
  host: string
  software: Nullable<string>
  software_version: Nullable<string>
  node_info_at: NullableMoment
  prefers_rfc9421: Nullable<boolean>
  wants_ed25519: Generated<boolean>
  preference_at: NullableMoment
  first_seen_at: Moment
  last_success_at: NullableMoment
  last_failure_at: NullableMoment
  failures: Generated<number>
  failing_since: NullableMoment
  last_error: Nullable<string>
  retry_at: NullableMoment
  unavailable_at: NullableMoment
}

/** What became of a proof inside of an activity. */
export type ProofVerdict = 'valid' | 'unsupported' | 'invalid'

/** What a signed header told of the sender's followers here. @see FEP-8fcf */
export interface FollowOffer {
  /** The collection of which the digest is: the sender's followers, if the sender is to be believed. */
  readonly collectionUri: string
  /** Where the part of it that is ours is listed. */
  readonly url: string
  /** Our own host that was spoken to: the part is of followers there. */
  readonly host: string
  /** Hexadecimal, 64 digits in lower case. */
  readonly digest: string
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
  key_uri: Nullable<string>
  scheme: Nullable<'cavage' | 'rfc9421'>
  object_uri: Nullable<string>
  proof: Nullable<ProofVerdict>
  tries: Nullable<number>
  follow_offer: ColumnType<FollowOffer | null, string | null | undefined, string | null>
}

interface OutboundActivitiesTable {
  id: Generated<string>
  activity_uri: string
  activity_type: string
  actor_id: string
  object_uri: string
  body: string
  created_at: Moment
  is_for_followers: Generated<boolean>
  forwarded_from: Nullable<string>
  /** The purge that its deliveries wait for. */
  purge_id: Nullable<string>
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

interface FollowChecksTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  url: string
  host: string
  created_at: Moment
}

export interface DeliveryTables {
  peers: PeersTable
  inbox_messages: InboxMessagesTable
  outbound_activities: OutboundActivitiesTable
  missing_inboxes: MissingInboxesTable
  fan_outs: FanOutsTable
  follow_checks: FollowChecksTable
}
