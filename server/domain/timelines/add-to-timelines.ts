/** Which posts come into which home timelines, decided for many posts and all identities in one statement. */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { wantPictures } from '../remote-media/want-pictures.ts'
import { isAside } from './aside.ts'
import { hasFollowedHashtag } from './followed-hashtags.ts'
import { publishToStreams } from './stream-notices.ts'

export interface TimelineEntry {
  readonly actor_id: string
  readonly post_id: string
  /** It belongs to a list that is read instead of the home timeline. */
  readonly is_aside: boolean
}

/** What may be among the posts. Where no boosts are, the statement is half as long, and as quickly planned. */
type Kinds = 'posts' | 'posts and boosts'

/** A boost of something that is among this many newest entries is not repeated. */
const RECENT_ENTRIES = 40
/** What is older than this when it is found is no news. */
const FRESH = sql`interval '6 hours'`

/**
 * Adds posts and boosts, own ones too, to the home timelines where they belong. An identity reads what it writes and what
 * those write whom it follows, as far as it may see it; of replies only those to itself, to the author or to somebody
 * it follows; of boosts those it asked for, once. What has a hashtag that the identity follows comes in
 * by whomever it is. What members of an exclusive list write is put aside. Nobody blocked or muted comes in, neither as author nor boosted.
 * @returns the entries that are new
 */
export async function addToTimelines(
  tx: Transaction,
  postIds: readonly string[],
  kinds: Kinds = 'posts and boosts',
): Promise<TimelineEntry[]> {
  return enter(tx, postIds, { kinds, belongs: belonging(kinds, isWantedBoost(sql`true`)) })
}

/**
 * Adds what was only read in passing, a thread or a profile, where it has a followed hashtag and was written in the last
 * hours: older posts would change what was read already. Open streams are told.
 */
export async function addTaggedToTimelines(tx: Transaction, postIds: readonly string[]): Promise<void> {
  const belongs = sql`(${IS_TAGGED} and not ${isHidden('posts')} and post.published_at > now() - ${FRESH})`
  const entries = await enter(tx, postIds, { kinds: 'posts', belongs })
  await publishToStreams(
    tx,
    atHome(entries).map((entry) => ({ actorId: entry.actor_id, event: 'update', id: entry.post_id })),
  )
}

/**
 * Fills a stretch of all home timelines anew, as if everything in it had come in order: what does not belong there goes, what
 * is missing comes. Nobody is told, and no picture is fetched for it.
 * @param postIds  of the stretch, in order; stretches before it are done already
 * @returns how many entries are new and how many are gone
 */
export async function refillTimelines(
  tx: Transaction,
  postIds: readonly string[],
): Promise<{ readonly added: number; readonly removed: number }> {
  if (postIds.length === 0) return { added: 0, removed: 0 }
  const { rows: before } = await sql<Pick<TimelineEntry, 'actor_id' | 'post_id'>>`
    delete from timeline_entries where post_id = any(${postIds}::bigint[])
    returning actor_id, post_id`.execute(tx)
  const kinds = 'posts and boosts'
  const belongs = sql`${CAME_BY_ITSELF} and ${belonging(kinds, isWantedBoost(sql`entry.post_id < post.id`))}`
  const { rows: now } = await sql<TimelineEntry>`${newEntries(postIds, { kinds, belongs })}`.execute(tx)
  const names = new Set(now.map((entry) => `${entry.actor_id} ${entry.post_id}`))
  const stayed = before.filter((entry) => names.has(`${entry.actor_id} ${entry.post_id}`)).length
  return { added: now.length - stayed, removed: before.length - stayed }
}

interface Rule {
  readonly kinds: Kinds
  /** Over `post`, `me` and their `follow`; with boosts also over `boosted`. */
  readonly belongs: RawBuilder<unknown>
}

async function enter(tx: Transaction, postIds: readonly string[], rule: Rule): Promise<TimelineEntry[]> {
  if (postIds.length === 0) return []
  const { rows } = await sql<TimelineEntry>`
    with entered as (
      ${newEntries(postIds, rule)}
    ), wanted as (
      ${wantPictures('entered')}
    )
    select actor_id, post_id, is_aside from entered`.execute(tx)
  return rows
}

/** Decides and writes, as one statement or a part of one. */
function newEntries(postIds: readonly string[], { kinds, belongs }: Rule): RawBuilder<unknown> {
  const hasBoosts = kinds === 'posts and boosts'
  const shown = hasBoosts ? sql`coalesce(post.boost_of_id, post.id)` : sql`post.id`
  return sql`
    insert into timeline_entries (actor_id, post_id, is_aside)
    select distinct on (me.id, ${shown}) me.id, post.id, ${isAside(sql.ref('me.id'), 'post')}
      from posts as post
      ${hasBoosts ? sql`left join posts as boosted on boosted.id = post.boost_of_id` : sql``}
      join actors as me on me.is_local and not me.is_instance_actor and me.gone_at is null
      left join follows as follow
        on follow.source_id = me.id and follow.target_id = post.author_id and follow.state = 'accepted'
     where post.id = any(${postIds}::bigint[]) and post.deleted_at is null
       ${hasBoosts ? sql`` : sql`and post.boost_of_id is null`}
       and ${belongs}
     order by me.id, ${shown}, post.id
        on conflict do nothing
    returning actor_id, post_id, is_aside`
}

/** Those of the home timeline itself: what its stream tells. */
export const atHome = (entries: readonly TimelineEntry[]): TimelineEntry[] =>
  entries.filter((entry) => !entry.is_aside)

const IS_VISIBLE = sql`(
  post.visibility in ('public', 'unlisted', 'followers')
  or exists (select 1 from mentions where mentions.post_id = post.id and mentions.actor_id = me.id))`

const IS_BOOSTED_VISIBLE = sql`(
  boosted.id is null
  or (boosted.deleted_at is null
      and (boosted.visibility in ('public', 'unlisted') or boosted.author_id in (me.id, post.author_id))))`

/** A reply whose parent nobody knows here is to a stranger. */
const IS_WANTED_REPLY = sql`(
  post.in_reply_to_uri is null or post.in_reply_to_author_id in (me.id, post.author_id)
  or exists (select 1 from follows as other
              where other.source_id = me.id and other.target_id = post.in_reply_to_author_id and other.state = 'accepted'))`

/** @param counts  of the entries named `entry`, those that count as come before */
const isWantedBoost = (counts: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  post.boost_of_id is null
  or (follow.shows_boosts and not exists (
        select 1
          from (select post_id from timeline_entries as entry
                 where entry.actor_id = me.id and not entry.is_aside and ${counts} order by post_id desc limit ${sql.lit(RECENT_ENTRIES)}) as newest
          join posts as recent on recent.id = newest.post_id
         where recent.id = post.boost_of_id or recent.boost_of_id = post.boost_of_id)))`

/** Blocked domains, blocks in either direction and mutes, of the author, of who is boosted, and of who is replied to. */
function isHidden(kinds: Kinds): RawBuilder<unknown> {
  const authors = kinds === 'posts' ? sql`post.author_id` : sql`post.author_id, boosted.author_id`
  return sql`(exists (
    select 1 from actors as apart
     where apart.is_domain_blocked and apart.id in (${authors}, post.in_reply_to_author_id))
   or exists (
    select 1 from blocks
     where blocks.state not in ('undone', 'undone_sent')
       and (blocks.expires_at is null or blocks.expires_at > now())
       and ((blocks.source_id = me.id and blocks.target_id in (${authors}, post.in_reply_to_author_id))
         or (blocks.target_id = me.id and not blocks.is_mute and blocks.source_id in (${authors})))))`
}

/** Somebody is mentioned whom the identity blocks or mutes. */
const IS_NAMING_MUTED = sql`exists (
  select 1 from mentions join blocks on blocks.target_id = mentions.actor_id
   where mentions.post_id = post.id and blocks.source_id = me.id and blocks.state not in ('undone', 'undone_sent')
     and (blocks.expires_at is null or blocks.expires_at > now()))`

function isOfFollowed(kinds: Kinds, wantedBoost: RawBuilder<unknown>): RawBuilder<unknown> {
  const hasBoosts = kinds === 'posts and boosts'
  const language = hasBoosts ? sql`coalesce(boosted.language, post.language)` : sql`post.language`
  return sql`(
    follow.id is not null
    and ${IS_VISIBLE} and ${IS_WANTED_REPLY} ${hasBoosts ? sql`and ${IS_BOOSTED_VISIBLE} and ${wantedBoost}` : sql``}
    and (follow.languages is null or ${language} is null or ${language} = any(follow.languages)))`
}

/** What was brought along from another home was read there. */
const CAME_BY_ITSELF = sql`post.imported_from is null`

/** By anybody, to anybody, in any language. */
const IS_TAGGED = sql`(${hasFollowedHashtag(sql.ref('me.id'), 'post')} and not ${IS_NAMING_MUTED})`

/** What an identity reads: its own, of whom it follows, and what has a hashtag that it follows. */
const belonging = (kinds: Kinds, wantedBoost: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  post.author_id = me.id
  or ((${isOfFollowed(kinds, wantedBoost)} or ${IS_TAGGED}) and not ${isHidden(kinds)}))`
