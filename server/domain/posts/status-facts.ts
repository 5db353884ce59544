/** Reads everything that a page of posts needs to be shown, set-wise: a fixed number of statements however long the page is. */
import { type RawBuilder, sql } from 'kysely'
import type { StatusApplication } from '../../contracts/status.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import type { Row } from '../../db/tables.ts'
import { type CardFact, cardsOf } from '../cards/card-entity.ts'
import type { PollFact } from '../polls/poll-entity.ts'
import type { EntityScope } from '../actors/entity-scope.ts'
import { type LoadedActors, loadActors } from '../actors/account-entities.ts'
import type { ViewerFilters } from '../filters/viewer-filters.ts'
import type { QuotePermission } from '../quotes/quote-policy.ts'
import { type ShownQuote, isShownQuoted, quotesOf } from '../quotes/shown-quotes.ts'
import { type ReactionGroup, reactionGroups } from '../interactions/reaction-entities.ts'

export type AttachmentRow = Row<'attachments'>

/** The columns that a shown post is made of. */
const SHOWN_COLUMNS = [
  'id',
  'uri',
  'author_id',
  'is_local',
  'boost_of_id',
  'page_url',
  'content_html',
  'content_source',
  'summary',
  'is_sensitive',
  'language',
  'visibility',
  'in_reply_to_id',
  'in_reply_to_author_id',
  'conversation_id',
  'emojis',
  'published_at',
  'edited_at',
  'fetched_at',
  'replies_count',
  'boosts_count',
  'likes_count',
  'origin_replies',
  'origin_boosts',
  'origin_likes',
  'quote_automatic',
  'quote_manual',
  'imported_from',
] as const

export type PostRow = Pick<Row<'posts'>, (typeof SHOWN_COLUMNS)[number]>

/** The select list of posts that are to be shown: reading all columns costs twice the time. */
export const SHOWN_POSTS = sql.join(SHOWN_COLUMNS.map((name) => sql.ref(`posts.${name}`)))

export type ShownFile = Omit<
  AttachmentRow,
  'created_at' | 'owner_actor_id' | 'scheduled_id' | 'former_post_id'
>
export type MentionRow = Pick<
  Row<'actors'>,
  'id' | 'username' | 'handle_domain' | 'is_local' | 'uri' | 'page_url'
>

export type Mark = 'favourited' | 'reblogged' | 'bookmarked' | 'pinned' | 'muted'

/** What hangs on one post. */
interface Hanging {
  readonly attachments: ShownFile[]
  readonly mentions: MentionRow[]
  /** Names of hashtags in lower case. */
  readonly tags: string[]
  /** In the order in which they came. */
  readonly reactions: ReactionGroup[]
  /** What the viewer did with it; empty for a stranger. */
  readonly marks: Set<Mark>
  application: StatusApplication | null
  poll: PollFact | null
  card: CardFact | null
  /** Agreed quotes of it that anybody may see. */
  quotesCount: number
  quote: ShownQuote | null
  /** Whether the viewer may quote it. */
  permission: QuotePermission
}

export interface StatusFacts {
  /** The posts that the page's boosts carry. */
  readonly boosted: ReadonlyMap<string, PostRow>
  /** The posts that the page's posts quote and the viewer may be shown. */
  readonly quoted: ReadonlyMap<string, PostRow>
  readonly actors: LoadedActors
  /** By the id of the post; missing where nothing hangs on it. */
  readonly hanging: ReadonlyMap<string, Readonly<Hanging>>
  readonly filters: ViewerFilters
}

/** Three statements: the boosted and quoted posts, the actors, and everything that hangs on posts. */
export async function loadStatusFacts(
  db: Querier,
  { viewerId, filters }: Pick<EntityScope, 'viewerId' | 'filters'>,
  rows: readonly PostRow[],
): Promise<StatusFacts> {
  const { boosted, quoted } = await loadCarried(db, viewerId, rows)
  const all = [...rows, ...boosted.values(), ...quoted.values()]
  // What hangs on a post hangs on the boosted one; a boost has nothing of its own.
  const ids = [...new Set(all.filter((row) => row.boost_of_id === null).map((row) => row.id))]
  const actors = await loadActors(
    db,
    all.map((row) => row.author_id),
  )
  const hanging = await loadHanging(db, viewerId, ids)
  return { boosted, quoted, actors, hanging, filters: await filters() }
}

async function loadCarried(
  db: Querier,
  viewerId: string | null,
  rows: readonly PostRow[],
): Promise<Pick<StatusFacts, 'boosted' | 'quoted'>> {
  const boosted = [...new Set(rows.flatMap((row) => row.boost_of_id ?? []))]
  const quoting = [...boosted, ...rows.filter((row) => row.boost_of_id === null).map((row) => row.id)]
  const found = await readCarried(db, { viewerId, boosted, quoting })
  const mapOf = (isQuoted: boolean): Map<string, PostRow> =>
    new Map(found.filter((row) => row.is_quoted === isQuoted).map((row) => [row.id, row]))
  return { boosted: mapOf(false), quoted: mapOf(true) }
}

interface Carrying {
  readonly viewerId: string | null
  readonly boosted: readonly string[]
  readonly quoting: readonly string[]
}

const readCarried = statement(
  ({ viewerId, boosted, quoting }: Carrying) => sql<PostRow & { is_quoted: boolean }>`
    select ${SHOWN_POSTS}, false as is_quoted from posts
     where posts.id = any(${boosted}::bigint[]) and posts.deleted_at is null
    union all
    select ${SHOWN_POSTS}, true from posts
     where posts.id in (select quoted_id from quotes where post_id = any(${quoting}::bigint[]) and approval = 'accepted')
       and ${isShownQuoted(viewerId, 'posts')}`,
)

type HangingRow = { readonly post_id: string } & (
  | { readonly kind: 'attachment'; readonly data: ShownFile }
  | { readonly kind: 'mention'; readonly data: MentionRow }
  | { readonly kind: 'tag'; readonly data: { readonly name: string } }
  | { readonly kind: 'reaction'; readonly data: ReactionGroup }
  | { readonly kind: 'application'; readonly data: StatusApplication }
  | { readonly kind: 'poll'; readonly data: PollFact }
  | { readonly kind: 'card'; readonly data: CardFact }
  | { readonly kind: 'quotes'; readonly data: number }
  | { readonly kind: 'quote'; readonly data: ShownQuote }
  | { readonly kind: 'permission'; readonly data: QuotePermission }
  | { readonly kind: Mark; readonly data: null }
)

/** Ids are texts inside JSON: its numbers are too small for them. */
async function loadHanging(
  db: Querier,
  viewerId: string | null,
  ids: readonly string[],
): Promise<Map<string, Hanging>> {
  const hanging = new Map<string, Hanging>()
  if (ids.length === 0) return hanging
  const rows = await readHanging(db, { viewerId, ids })
  for (const row of rows) {
    const one = hanging.get(row.post_id) ?? emptyHanging()
    hanging.set(row.post_id, one)
    hang(one, row)
  }
  return hanging
}

interface Hung {
  readonly viewerId: string | null
  readonly ids: readonly string[]
}

const readHanging = statement(({ viewerId, ids }: Hung) => {
  const marks = viewerId === null ? sql`` : marksOf(viewerId, ids)
  const quotes = quotesOf(viewerId, ids)
  return sql<HangingRow>`
    select 'attachment' as kind, post_id, position::bigint as place, id as tie, json_build_object(
             'id', id::text, 'post_id', post_id::text, 'position', position, 'kind', kind, 'media_type', media_type,
             'remote_url', remote_url, 'remote_preview_url', remote_preview_url, 'file_key', file_key,
             'preview_key', preview_key, 'description', description, 'blurhash', blurhash, 'width', width,
             'height', height, 'focus_x', focus_x, 'focus_y', focus_y, 'duration_seconds', duration_seconds,
             'preview_width', preview_width, 'preview_height', preview_height, 'frame_rate', frame_rate,
             'bitrate', bitrate) as data
      from attachments where post_id = any(${ids}::bigint[])
    union all
    select 'mention', mentions.post_id, 0, actors.id, json_build_object(
             'id', actors.id::text, 'username', actors.username, 'handle_domain', actors.handle_domain,
             'is_local', actors.is_local, 'uri', actors.uri, 'page_url', actors.page_url)
      from mentions join actors on actors.id = mentions.actor_id
     where mentions.post_id = any(${ids}::bigint[]) and not mentions.is_silent
    union all
    select 'tag', post_hashtags.post_id, 0, hashtags.id, json_build_object('name', hashtags.name)
      from post_hashtags join hashtags on hashtags.id = post_hashtags.hashtag_id
     where post_hashtags.post_id = any(${ids}::bigint[])
    union all
    select 'poll', polls.id, 0, 0, json_build_object(
             'is_multiple', is_multiple, 'hides_totals', hides_totals, 'ends_at', ends_at, 'closed_at', closed_at,
             'voters_count', voters_count,
             'options', (select json_agg(json_build_object('title', title, 'votes', votes_count) order by position)
                           from poll_options where poll_id = polls.id),
             'own_votes', (select json_agg(position order by position) from poll_votes
                            where poll_id = polls.id and actor_id = ${viewerId}::bigint))
      from polls where polls.id = any(${ids}::bigint[])
    union all ${cardsOf(ids)}
    union all ${reactionGroups(viewerId, ids)}
    ${marks}
    ${quotes}
     order by place, tie`
})

const emptyHanging = (): Hanging => ({
  attachments: [],
  mentions: [],
  tags: [],
  reactions: [],
  marks: new Set(),
  application: null,
  poll: null,
  card: null,
  quotesCount: 0,
  quote: null,
  permission: 'denied',
})

function hang(one: Hanging, row: HangingRow): void {
  switch (row.kind) {
    case 'attachment':
      one.attachments.push(row.data)
      break
    case 'mention':
      one.mentions.push(row.data)
      break
    case 'tag':
      one.tags.push(row.data.name)
      break
    case 'application':
      one.application = row.data
      break
    case 'poll':
      one.poll = row.data
      break
    case 'card':
      one.card = row.data
      break
    case 'quotes':
      one.quotesCount = row.data
      break
    case 'quote':
      one.quote = row.data
      break
    case 'permission':
      one.permission = row.data
      break
    case 'reaction':
      one.reactions.push(row.data)
      break
    case 'favourited':
    case 'reblogged':
    case 'bookmarked':
    case 'pinned':
    case 'muted':
      one.marks.add(row.kind)
      break
  }
}

/** The viewer's own likes, boosts, bookmarks, pins, muted threads, and the apps of the viewer's own posts. */
function marksOf(viewerId: string, ids: readonly string[]): RawBuilder<unknown> {
  return sql`union all
    select 'favourited', post_id, 0, 0, null from interactions
     where actor_id = ${viewerId} and kind = 'like' and post_id = any(${ids}::bigint[])
       and state not in ('undone', 'undone_fanned_out')
    union all
    select 'reblogged', boost_of_id, 0, 0, null from posts
     where author_id = ${viewerId} and boost_of_id = any(${ids}::bigint[]) and deleted_at is null
    union all
    select 'bookmarked', post_id, 0, 0, null from bookmarks
     where actor_id = ${viewerId} and post_id = any(${ids}::bigint[])
    union all
    select 'pinned', post_id, 0, 0, null from pins where actor_id = ${viewerId} and post_id = any(${ids}::bigint[])
    union all
    select 'muted', posts.id, 0, 0, null from thread_mutes
      join posts on posts.conversation_id = thread_mutes.conversation_id
     where thread_mutes.actor_id = ${viewerId} and posts.id = any(${ids}::bigint[])
    union all
    select 'application', posts.id, 0, 0, json_build_object('name', oauth_apps.name, 'website', oauth_apps.website)
      from posts join oauth_apps on oauth_apps.id = posts.application_id
     where posts.author_id = ${viewerId} and posts.id = any(${ids}::bigint[])`
}
