/** The tables of moves and of the proofs of links, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, NullableMoment, StateColumns } from './column-types.ts'

interface ActorMovesTable {
  id: Generated<string>
  from_id: string
  to_id: string
  to_uri: string
  followers_count: Generated<number>
  moved_at: Moment
}

interface MovedFollowersTable {
  move_id: string
  actor_id: string
  host: string
  handle: string
}

interface LinkChecksTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  url: string
  host: string
  verified_at: NullableMoment
  proved_at: NullableMoment
  created_at: Moment
}

export interface MoveTables {
  actor_moves: ActorMovesTable
  moved_followers: MovedFollowersTable
  link_checks: LinkChecksTable
}
