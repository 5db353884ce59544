/** The tables of quotes and of the agreements to them, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, StateColumns } from './column-types.ts'

/** What the quoted author says of a quote; `deleted` once the quoted post is gone. */
export type QuoteApprovalState = 'pending' | 'accepted' | 'rejected' | 'revoked' | 'deleted' | 'unauthorized'

/** Who may quote the posts of an identity, as its owner chooses. */
export type QuotePolicy = 'public' | 'followers' | 'nobody'

interface QuotesTable extends StateColumns {
  id: Generated<string>
  post_id: string
  quoted_uri: string
  host: string
  quoted_id: Nullable<string>
  quoted_author_id: Nullable<string>
  approval: Generated<QuoteApprovalState>
  is_legacy: Generated<boolean>
  authorization_uri: Nullable<string>
  request_uri: Nullable<string>
  depth: Generated<number>
  created_at: Moment
}

interface QuoteAuthorizationsTable extends StateColumns {
  id: Generated<string>
  uri: string
  author_id: string
  quoted_id: string
  quoting_uri: string
  quoting_actor_id: string
  created_at: Moment
}

export interface QuoteTables {
  quotes: QuotesTable
  quote_authorizations: QuoteAuthorizationsTable
}
