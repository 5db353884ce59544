/**
 * Finds posts by what somebody typed, the newest first. The owner of this home searches their own library: everything that
 * came here and that `visiblePosts` lets the identity see. Strangers search the public posts of an identity that offers it,
 * and nothing else; whether an author elsewhere wants to be found (`indexable`) is about searches that there are none of.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type PageOf, type PageRequest, toPage } from '../../db/paging.ts'
import type { Querier } from '../../db/pool.ts'
import { mutedBy, visiblePosts } from '../posts/can-see.ts'
import { type PostRow, SHOWN_POSTS } from '../posts/status-facts.ts'
import { type CompiledQuery, compileQuery, idAt } from './compile-query.ts'
import { findHandles } from './find-handles.ts'
import { type SearchQuery, type SearchTerm, parseQuery } from './parse-query.ts'
import { piecesBack, piecesForth } from './pieces-of-time.ts'

/** What is searched at all: own posts, those the owner had to do with, or everything that came here. */
export type SearchScope = 'own' | 'interacted' | 'all'

const LIMITS: Readonly<Record<SearchScope, readonly SearchTerm[]>> = {
  own: [{ kind: 'author', who: 'me', isNegated: false }],
  interacted: [{ kind: 'scope', scope: 'library', isNegated: false }],
  all: [],
}

export interface PostSearch {
  readonly text: string
  readonly scope: SearchScope
  /** Only what this actor wrote; null for everybody. */
  readonly authorId: string | null
  readonly page: PageRequest
  readonly offset: number
}

/**
 * So many posts are looked through one after the other before the index is asked. What one post of fifty has is found among
 * them at once; the index, asked for a piece of time, finds what is rarer with less work than a longer walk.
 */
const WALKED = 1_000
/** For a word that is only begun the index first collects all words that begin so: a longer walk costs less. */
const WALKED_FOR_BEGUN = 8_000
/** No post has a piece of time without a number. */
const EVERYTHING = `!'~'`
/** Ids of now; clocks of others may be a little ahead. */
const AHEAD_MS = 86_400_000

/**
 * In at most six statements. A last word that nothing has is taken for one that is still being typed: then posts are found
 * with a word that begins like it.
 */
export async function searchPosts(
  db: Querier,
  viewerId: string,
  search: PostSearch,
  now: Date,
): Promise<PageOf<PostRow>> {
  const query = parseQuery(search.text)
  if (query.terms.length === 0) return toPage([], search.page, (row: PostRow) => row.id)
  const found = await findHandles(db, query.terms)
  const find = async (
    terms: readonly SearchTerm[],
    page: PageRequest,
    offset: number,
  ): Promise<PostRow[]> => {
    const compiled = compileQuery([...terms, ...LIMITS[search.scope]], viewerId, found, search.authorId)
    return runQuery(db, { viewerId, compiled, page, offset, now })
  }
  let rows = await find(query.terms, search.page, search.offset)
  const begun = rows.length > 0 ? null : withLastWordBegun(query)
  if (begun !== null && !(await isFoundElsewhere(search, async (page) => find(query.terms, page, 0)))) {
    rows = await find(begun, search.page, search.offset)
  }
  return toPage(rows, search.page, (row) => row.id)
}

/** What says nothing of the one who searches nor of who did what with a post. */
const FOR_VISITORS: ReadonlySet<SearchTerm['kind']> = new Set<SearchTerm['kind']>([
  'words',
  'hashtag',
  'carries',
  'quality',
  'language',
  'period',
] as const)
const PUBLIC_ONLY: SearchTerm = { kind: 'scope', scope: 'public', isNegated: false }

/**
 * What a stranger finds among the public posts of an identity; in at most two statements. Terms that ask for marks or for
 * people are passed over.
 */
export async function searchShownPosts(
  db: Querier,
  identityId: string,
  text: string,
  page: PageRequest,
  now: Date,
): Promise<PageOf<PostRow>> {
  const terms = parseQuery(text).terms.filter(({ kind }) => FOR_VISITORS.has(kind))
  if (terms.length === 0) return toPage([], page, (row: PostRow) => row.id)
  // All of it is public and by the identity: it sees what a stranger sees.
  const compiled = compileQuery([...terms, PUBLIC_ONLY], identityId, () => [], identityId)
  const rows = await runQuery(db, { viewerId: identityId, compiled, page, offset: 0, now })
  return toPage(rows, page, (row) => row.id)
}

const LEAST_TYPED = 2

function withLastWordBegun({ terms, typedAt }: SearchQuery): SearchTerm[] | null {
  const typed = typedAt === null ? undefined : terms[typedAt]
  if (typed?.kind !== 'words' || (typed.words.at(-1)?.length ?? 0) < LEAST_TYPED) return null
  return terms.map((term) => (term === typed ? { ...typed, isBegun: true } : term))
}

/** An empty page may be the end of a list that has others. */
async function isFoundElsewhere(
  { page, offset }: PostSearch,
  find: (page: PageRequest) => Promise<readonly PostRow[]>,
): Promise<boolean> {
  const isFirst = page.maxId === null && page.minId === null && page.sinceId === null && offset === 0
  if (isFirst) return false
  return (await find({ maxId: null, minId: null, sinceId: null, limit: 1 })).length > 0
}

interface Search {
  readonly viewerId: string
  readonly compiled: CompiledQuery
  readonly page: PageRequest
  readonly offset: number
  readonly now: Date
}

async function runQuery(db: Querier, search: Search): Promise<PostRow[]> {
  const { compiled, page } = search
  const [from, until] = boundsOf(search)
  if (from >= until || compiled.isImpossible) return []
  const stretch: Stretch = { from, until, isForth: page.minId !== null }
  if (compiled.within !== null) return findWithin(db, search, stretch, compiled.within)
  const newest = await walk(db, search, stretch)
  // What the walk did not fill is asked of the index from the beginning: nothing has to be put together.
  return newest.length >= page.limit ? newest : askIndex(db, search, stretch)
}

interface Stretch {
  readonly from: bigint
  readonly until: bigint
  /** From the oldest on, as `min_id` wants it. */
  readonly isForth: boolean
}

function boundsOf({ compiled, page, now }: Search): readonly [bigint, bigint] {
  const above = page.minId ?? page.sinceId
  const from = above === null ? 0n : BigInt(above) + 1n
  const until = page.maxId === null ? idAt(now.getTime() + AHEAD_MS) : BigInt(page.maxId)
  return [
    from > compiled.from ? from : compiled.from,
    compiled.until !== null && compiled.until < until ? compiled.until : until,
  ]
}

/** Along the time, whatever the words are. */
async function walk(db: Querier, search: Search, stretch: Stretch): Promise<PostRow[]> {
  const { rows } = await sql<PostRow>`
    select posts.* from (
      select post_id, words from post_words
       where ${isWithin(sql.ref('post_id'), stretch)} ${inOrder(stretch)} limit ${sql.lit(search.compiled.hasBegunWord ? WALKED_FOR_BEGUN : WALKED)}
    ) as found
    ${shownPosts(search)}
     where ${matches(sql.ref('found.words'), search.compiled.text)}
     ${inOrder(stretch, 'found.post_id')} ${pageOf(search)}`.execute(db)
  return rows
}

/**
 * Piece of time by piece of time, until the page is full: the loop is in the database, which ends with the limit, and there is
 * none for the time before the first post. Where words
 * are only begun the index collects all of them for each question, so that one question is less than many.
 */
async function askIndex(db: Querier, search: Search, stretch: Stretch): Promise<PostRow[]> {
  const { text, indexed, hasBegunWord } = search.compiled
  const { from, until, isForth } = stretch
  const cut = isForth ? piecesForth : piecesBack
  const pieces = hasBegunWord ? [{ lexeme: null, from, until }] : cut(from, until)
  const queries = pieces.map(({ lexeme }) => {
    const parts = [lexeme, indexed].filter((part) => part !== null)
    return parts.length === 0 ? EVERYTHING : parts.join(' & ')
  })
  // The index is to be asked for the piece and nothing else: an addition and a case keep the planner from other ways.
  const isLeft =
    text === indexed ? sql`true` : sql`case when ${matches(sql.ref('words'), text)} then true end`
  const { rows } = await sql<PostRow>`
    select posts.*
      from (
        select query, low, high
          from unnest(${queries}::text[], ${pieces.map((piece) => String(piece.from))}::bigint[],
                      ${pieces.map((piece) => String(piece.until))}::bigint[]) with ordinality as piece (query, low, high, place)
         where high > (select min(post_id) from post_words)
         order by place offset 0
      ) as piece
     cross join lateral (
       select post_id from post_words
        where words @@ piece.query::tsquery and ${isLeft}
          and post_id + 0 >= piece.low and post_id + 0 < piece.high
        ${inOrder(stretch)}
     ) as found
     ${shownPosts(search)}
     ${pageOf(search)}`.execute(db)
  return rows
}

/** Where it can only be a few. */
async function findWithin(
  db: Querier,
  search: Search,
  stretch: Stretch,
  ids: RawBuilder<unknown>,
): Promise<PostRow[]> {
  const { rows } = await sql<PostRow>`
    select posts.* from (
      select post_id from (${ids}) as marked where ${isWithin(sql.ref('post_id'), stretch)} ${inOrder(stretch)}
    ) as marked
     cross join lateral (
       select post_id from post_words
        where post_words.post_id = marked.post_id and ${matches(sql.ref('words'), search.compiled.text)} offset 0
     ) as found
    ${shownPosts(search)}
     ${inOrder(stretch, 'marked.post_id')} ${pageOf(search)}`.execute(db)
  return rows
}

/** Those of `found` that may be shown, looked up one by one: there are never many more than the page has. */
function shownPosts({ viewerId, compiled }: Search): RawBuilder<unknown> {
  const conditions = [
    visiblePosts(viewerId),
    ...(compiled.namesAuthor ? [] : [sql<SqlBool>`not ${mutedBy(viewerId, sql.ref('posts.author_id'))}`]),
    ...compiled.conditions,
  ]
  return sql`cross join lateral (
      select ${SHOWN_POSTS} from posts
       where posts.id = found.post_id and ${sql.join(conditions, sql` and `)} offset 0
    ) as posts`
}

function matches(words: RawBuilder<unknown>, text: string | null): RawBuilder<SqlBool> {
  return text === null ? sql<SqlBool>`true` : sql<SqlBool>`${words} @@ ${text}::tsquery`
}

function isWithin(id: RawBuilder<unknown>, { from, until }: Stretch): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${id} >= ${String(from)}::bigint and ${id} < ${String(until)}::bigint)`
}

function inOrder({ isForth }: Stretch, id = 'post_id'): RawBuilder<unknown> {
  return sql`order by ${sql.ref(id)} ${sql.raw(isForth ? 'asc' : 'desc')}`
}

const pageOf = ({ page, offset }: Search): RawBuilder<unknown> => sql`limit ${page.limit} offset ${offset}`
