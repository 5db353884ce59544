/** The tables of the search index, as Kysely sees them. */
interface PostWordsTable {
  post_id: string
  /** A `tsvector`, in PostgreSQL's notation. */
  words: string
}

interface SearchBacklogTable {
  post_id: string
}

export interface SearchTables {
  post_words: PostWordsTable
  search_backlog: SearchBacklogTable
}
