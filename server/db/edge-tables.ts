/** What is measured of the edge in front of the home. */
import type { Generated } from 'kysely'
import type { Nullable, NullableMoment } from './column-types.ts'

interface EdgesTable {
  name: string
  caches: Nullable<boolean>
  honours_vary: Nullable<boolean>
  honours_no_store: Nullable<boolean>
  honours_query: Nullable<boolean>
  passes_accept: Nullable<boolean>
  passes_web_socket: Nullable<boolean>
  max_body: Nullable<string>
  rewrites_host: Generated<boolean>
  measured_at: NullableMoment
  purge_proven_at: NullableMoment
}

export interface EdgeTables {
  edges: EdgesTable
}
