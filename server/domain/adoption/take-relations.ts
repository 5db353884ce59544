/** What is between the owner's identities and others: follows both ways, blocks and mutes, bookmarks, lists, hashtags. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { countFollows } from '../follows/count-follows.ts'
import { hashtagKey } from '../text/scan-text.ts'
import { type AdoptionStep, type Tally, addTo, countOf, idsOf } from './step.ts'

interface FollowRow {
  readonly id: string
  readonly uri: string
  readonly source_uri: string
  readonly target_uri: string
  readonly is_ours: boolean
  readonly boosts: boolean
  readonly state: string
  readonly created: Date
}

const OURS = `(f.source_id = any ($1::bigint[]) or f.target_id = any ($1::bigint[]))`

/** From the old server's states; what is not here stands no more. */
function followState({ state, is_ours: isOurs }: FollowRow): string | null {
  switch (state) {
    case 'accepted':
      return 'accepted'
    case 'accepting':
    case 'remote_requested':
      return isOurs ? 'pending_approval' : 'accepting'
    case 'pending_approval':
    case 'local_requested':
      return 'pending_approval'
    case 'unrequested':
      return isOurs ? 'unrequested' : 'accepting'
    default:
      return null
  }
}

export const takeFollows: AdoptionStep<FollowRow> = {
  name: 'follows',
  batch: 500,
  count: async ({ source, plan }) =>
    countOf(source, `users_follow f where ${OURS}`, [plan.identities.map(({ id }) => id)]),
  read: async ({ source, plan }, after, limit) =>
    source.read<FollowRow>(
      `select f.id, coalesce(nullif(${source.field('users_follow', 'f', 'uri')}, ''), s.actor_uri || 'follow/' || f.id || '/') as uri,
              s.actor_uri as source_uri, t.actor_uri as target_uri, f.source_id = any ($1::bigint[]) as is_ours,
              ${source.field('users_follow', 'f', 'boosts', 'true')} as boosts, f.state,
              ${source.field('users_follow', 'f', 'created', 'now()')} as created
         from users_follow f join users_identity s on s.id = f.source_id join users_identity t on t.id = f.target_id
        where ${OURS} and f.id > $2 order by f.id limit $3`,
      [plan.identities.map(({ id }) => id), after === '' ? '-1' : after, limit],
    ),
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const taken: Tally = {}
    const leftOut: Tally = {}
    const people = await idsOf(
      tx,
      'actors',
      rows.flatMap((row) => [row.source_uri, row.target_uri]),
    )
    const given = rows.flatMap((row) => {
      const state = followState(row)
      const [source, target] = [people.get(row.source_uri), people.get(row.target_uri)]
      if (state === null || source === undefined || target === undefined) return []
      return [{ ...row, state, source, target }]
    })
    const { rows: stored } = await sql<{ source_id: string; target_id: string; state: string }>`
      insert into follows (uri, source_id, target_id, shows_boosts, created_at, accepted_at, state, state_next_attempt_at)
      select uri, source, target, boosts, created, case when state = 'accepted' then created end, state, null
        from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
          as given (uri text, source bigint, target bigint, boosts boolean, created timestamptz, state text)
          on conflict do nothing
      returning source_id, target_id, state`.execute(tx)
    const counted = stored.filter(({ state }) => state === 'accepted' || state === 'accepting')
    await countFollows(tx, counted, 1)
    const ours = new Set(given.filter((row) => row.is_ours).map(({ source }) => source))
    addTo(taken, 'following', stored.filter(({ source_id: id }) => ours.has(id)).length)
    addTo(taken, 'followers', stored.filter(({ source_id: id }) => !ours.has(id)).length)
    addTo(leftOut, 'ended_follows', rows.filter((row) => followState(row) === null).length)
    addTo(
      leftOut,
      'follows_of_unknown',
      rows.filter((row) => followState(row) !== null).length - given.length,
    )
    return { taken, leftOut }
  },
}

interface BlockRow {
  readonly id: string
  readonly uri: string
  readonly source_uri: string
  readonly target_uri: string
  readonly mute: boolean
  readonly include_notifications: boolean
  readonly expires: Date | null
  readonly created: Date
}

const BLOCKS = `users_block f where ${OURS} and (f.expires is null or f.expires > now())`

export const takeBlocks: AdoptionStep<BlockRow> = {
  name: 'blocks',
  batch: 500,
  count: async ({ source, plan }) => countOf(source, BLOCKS, [plan.identities.map(({ id }) => id)]),
  read: async ({ source, plan }, after, limit) =>
    source.read<BlockRow>(
      `select f.id, coalesce(nullif(${source.field('users_block', 'f', 'uri')}, ''), s.actor_uri || 'block/' || f.id || '/') as uri,
              s.actor_uri as source_uri, t.actor_uri as target_uri, f.mute, f.expires,
              ${source.field('users_block', 'f', 'include_notifications', 'false')} as include_notifications,
              ${source.field('users_block', 'f', 'created', 'now()')} as created
         from users_block f join users_identity s on s.id = f.source_id join users_identity t on t.id = f.target_id
        where ${OURS} and f.id > $2 and (f.expires is null or f.expires > now())
          and ${source.has('users_block', 'state') ? `f.state in ('new', 'sent', 'awaiting_expiry')` : 'true'}
        order by f.id limit $3`,
      [plan.identities.map(({ id }) => id), after === '' ? '-1' : after, limit],
    ),
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const people = await idsOf(
      tx,
      'actors',
      rows.flatMap((row) => [row.source_uri, row.target_uri]),
    )
    const given = rows.flatMap((row) => {
      const [source, target] = [people.get(row.source_uri), people.get(row.target_uri)]
      return source === undefined || target === undefined ? [] : [{ ...row, source, target }]
    })
    const { rows: stored } = await sql<{ is_mute: boolean }>`
      insert into blocks (uri, source_id, target_id, is_mute, hides_notifications, expires_at, created_at, state,
                          state_next_attempt_at)
      select uri, source, target, mute, not mute or include_notifications, expires, created,
             case when expires is null then 'sent' else 'awaiting_expiry' end, expires
        from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
          as given (uri text, source bigint, target bigint, mute boolean, include_notifications boolean,
                    expires timestamptz, created timestamptz)
          on conflict do nothing
      returning is_mute`.execute(tx)
    const taken: Tally = {}
    const leftOut: Tally = {}
    addTo(taken, 'mutes', stored.filter(({ is_mute: isMute }) => isMute).length)
    addTo(taken, 'blocks', stored.filter(({ is_mute: isMute }) => !isMute).length)
    addTo(leftOut, 'blocks_of_unknown', rows.length - given.length)
    return { taken, leftOut }
  },
}

interface PairRow {
  readonly id: string
  readonly actor_uri: string
  readonly subject: string | null
  readonly created: Date
}

export const takeBookmarks: AdoptionStep<PairRow> = {
  name: 'bookmarks',
  batch: 500,
  count: async ({ source }) => (source.has('users_bookmark') ? countOf(source, 'users_bookmark') : 0),
  async read({ source }, after, limit) {
    if (!source.has('users_bookmark')) return []
    return source.read<PairRow>(
      `select b.id, a.actor_uri, p.object_uri as subject, b.created
         from users_bookmark b join users_identity a on a.id = b.identity_id join activities_post p on p.id = b.post_id
        where b.id > $1 order by b.id limit $2`,
      [after === '' ? '-1' : after, limit],
    )
  },
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const { rows: stored } = await sql`
      insert into bookmarks (actor_id, post_id)
      select actors.id, posts.id
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (id bigint, actor_uri text, subject text)
        join actors on actors.uri = given.actor_uri and actors.is_local
        join posts on posts.uri = given.subject and posts.deleted_at is null
       order by given.id
          on conflict do nothing
      returning 1`.execute(tx)
    return pairs('bookmarks', rows.length, stored.length)
  },
}

export const takeHashtags: AdoptionStep<PairRow> = {
  name: 'hashtags',
  batch: 500,
  count: async ({ source }) =>
    source.has('users_hashtagfollow') ? countOf(source, 'users_hashtagfollow') : 0,
  async read({ source }, after, limit) {
    if (!source.has('users_hashtagfollow')) return []
    return source.read<PairRow>(
      `select h.id, a.actor_uri, h.hashtag_id as subject, h.created
         from users_hashtagfollow h join users_identity a on a.id = h.identity_id
        where h.id > $1 order by h.id limit $2`,
      [after === '' ? '-1' : after, limit],
    )
  },
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const given = rows
      .map((row) => ({ ...row, name: hashtagKey(row.subject ?? '') }))
      .filter(({ name }) => name !== '')
    await sql`
      insert into hashtags (name, display_name)
      select distinct on (name) name, subject
        from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (name text, subject text) order by name
          on conflict (name) do nothing`.execute(tx)
    const { rows: stored } = await sql`
      insert into followed_hashtags (actor_id, hashtag_id, created_at)
      select actors.id, hashtags.id, given.created
        from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
          as given (id bigint, actor_uri text, name text, created timestamptz)
        join actors on actors.uri = given.actor_uri and actors.is_local
        join hashtags on hashtags.name = given.name
       order by given.id
          on conflict do nothing
      returning 1`.execute(tx)
    return pairs('hashtags', rows.length, stored.length)
  },
}

const pairs = (name: string, seen: number, stored: number) => {
  const taken: Tally = {}
  const leftOut: Tally = {}
  addTo(taken, name, stored)
  addTo(leftOut, `${name}_of_others`, seen - stored)
  return { taken, leftOut }
}

interface ListRow {
  readonly id: string
  readonly actor_uri: string
  readonly title: string
  readonly replies_policy: string
  readonly exclusive: boolean
  readonly members: readonly string[]
}

/** Before the posts, which come into lists as they come in. */
export const takeLists: AdoptionStep<ListRow> = {
  name: 'lists',
  batch: 20,
  count: async ({ source }) => (source.has('users_list') ? countOf(source, 'users_list') : 0),
  async read({ source }, after, limit) {
    if (!source.has('users_list')) return []
    return source.read<ListRow>(
      `select l.id, a.actor_uri, l.title, l.replies_policy, l.exclusive,
              array(select i.actor_uri from users_list_members m join users_identity i on i.id = m.identity_id
                     where m.list_id = l.id order by m.id) as members
         from users_list l join users_identity a on a.id = l.identity_id where l.id > $1 order by l.id limit $2`,
      [after === '' ? '-1' : after, limit],
    )
  },
  keyOf: ({ id }) => id,
  async take(tx, _world, rows) {
    const taken: Tally = {}
    for (const row of rows) addTo(taken, 'lists', await insertList(tx, row))
    return { taken, leftOut: {} }
  },
}

async function insertList(tx: Transaction, row: ListRow): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    insert into lists (actor_id, title, replies_policy, is_exclusive)
    select id, ${row.title}, ${row.replies_policy === 'followed' || row.replies_policy === 'none' ? row.replies_policy : 'list'},
           ${row.exclusive}
      from actors where uri = ${row.actor_uri} and is_local
    returning id`.execute(tx)
  const [list] = rows
  if (list === undefined) return 0
  await sql`
    insert into list_members (list_id, member_id)
    select ${list.id}::bigint, id from actors where uri = any(${[...row.members]}::text[])
        on conflict do nothing`.execute(tx)
  return 1
}
