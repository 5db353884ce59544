/** The SQL of a graph's claims, leases and overview. Text is made once; only values travel with a statement. */
import { SELDOM } from '../db/prepared.ts'
import { type Graph, automaticStatesOf, keyTypeOf } from './graph.ts'
import { identifier, literal } from './statement.ts'

/** A row whose process died this often while it was handled is put in quarantine. */
export const MOST_DEATHS = 3

/** Values of `state_priority`; each is one range of the due index. */
const PRIORITIES = `(values (0::smallint), (1::smallint)) as p (priority)`

/** How many due rows a claim of a graph with hosts looks at, to find rows of hosts that have room. */
const HEAD_PER_CLAIM = 4
const LEAST_HEAD = 256
/** How many due rows the overview looks at, to find those that may kill their process. */
const SUSPECT_HEAD = 128

/** Deaths, the one that an expired lease proves included. */
const DEATHS = `(c.state_deaths + (c.state_lock_token is not null)::int)`

interface Names {
  readonly table: string
  readonly key: string
  readonly keyType: string
  readonly automatic: string
}

function namesOf(graph: Graph): Names {
  return {
    table: identifier(graph.table),
    key: identifier(graph.key),
    keyType: keyTypeOf(graph),
    automatic: automaticStatesOf(graph).map(literal).join(', '),
  }
}

/**
 * `is true` keeps the planner from the index over states: where a table has grown and not been analysed yet, it would
 * read every waiting row through it instead of the first few of the due index.
 */
function isAutomaticIn(names: Names): string {
  return `(c.state in (${names.automatic})) is true`
}

/** Due rows of automatic states that nobody holds. A row that is hastened while it is held stays held. */
function isFree(names: Names): string {
  return `${isAutomaticIn(names)} and (c.state_locked_until is null or c.state_locked_until <= now())`
}

/**
 * `$1` token, `$2` lease in seconds, `$3` seconds to look ahead, `$4` most rows, `$5` keys that are not looked ahead
 * for, `$6` highest priority value.
 */
const IS_DUE = `c.state_next_attempt_at <= now() + $3::float8 * interval '1 second'`

function isLookedAt(names: Names): string {
  return `${IS_DUE} and (c.state_next_attempt_at <= now() or c.${names.key} <> all ($5::${names.keyType}[]))`
}

/**
 * Marks rows as held: the due index hides them until the lease ends, and shows them again by itself. A token that is
 * still set belongs to a lease that ran out, so its process is gone.
 */
function takeRows(names: Names): string {
  return `update ${names.table} as c
       set state_lock_token = $1::uuid, state_locked_until = now() + $2::float8 * interval '1 second',
           state_next_attempt_at = now() + $2::float8 * interval '1 second', state_deaths = ${DEATHS}`
}

/** Rows that killed their process before are left to `suspectClaimText`, so that they harm only themselves. */
const IS_NO_SUSPECT = `${DEATHS} < ${MOST_DEATHS - 1}`

/**
 * A claim in order of priority and due time; workers skip each other's rows. Returns whole rows, in no order.
 *
 * Rows that were chosen are looked up by `= any (array (…))` here and below: it leaves no other way than the primary
 * key. In a join the planner may believe its statistics, which know nothing of a burst that has just come in.
 */
export function claimText(graph: Graph): string {
  const names = namesOf(graph)
  return `
  with due as (
    select d.key from ${PRIORITIES} cross join lateral (
      select c.${names.key} as key from ${names.table} c
       where c.state_priority = p.priority and ${isLookedAt(names)} and ${isFree(names)} and ${IS_NO_SUSPECT}
       order by c.state_next_attempt_at limit $4 for update skip locked) as d
     where p.priority <= $6::smallint
     limit $4
  )
  ${takeRows(names)}
   where c.${names.key} = any (array (select key from due))
  returning c.*`
}

/**
 * The same for a graph with hosts. `$7` hosts that are left out, `$8` and `$9` hosts and how many more rows of each
 * may be taken, `$10` how many of any other host; rows without a host are not bounded. With `hostShare` rows beyond
 * that come last, without it not at all.
 * The first column, `stator_head`, says how many due rows were looked at; there is one empty row when none was taken.
 */
export function hostClaimText(graph: Graph, hostColumn: string): string {
  const names = namesOf(graph)
  const host = identifier(hostColumn)
  const head = Math.max(LEAST_HEAD, graph.claimSize * HEAD_PER_CLAIM)
  const isBeyond = `(placed.host is not null and place > coalesce(room.room, $10::int))`
  return `
  with head as (
    select d.* from ${PRIORITIES} cross join lateral (
      select c.${names.key} as key, c.${host} as host, c.state_priority, c.state_next_attempt_at as due_at
        from ${names.table} c
       where c.state_priority = p.priority and ${isLookedAt(names)} and ${isFree(names)} and ${IS_NO_SUSPECT}
         and (c.${host} is null or c.${host} <> all ($7::text[]))
       order by c.state_next_attempt_at limit ${head}) as d
     where p.priority <= $6::smallint
     limit ${head}
  ), placed as (
    select *, row_number() over (partition by host order by state_priority, due_at, key) as place from head
  ), chosen as (
    select placed.key from placed left join unnest($8::text[], $9::int[]) as room (host, room) on room.host = placed.host
     ${graph.hostShare === null ? `where not (${isBeyond})` : ''}
     order by ${graph.hostShare === null ? '' : `(${isBeyond}), `}state_priority, due_at, key limit $4
  ), locked as (
    select c.${names.key} as key from ${names.table} c
     where c.${names.key} = any (array (select key from chosen)) and (${IS_DUE}) is true and ${isFree(names)}
       for update skip locked
  ), taken as (
    ${takeRows(names)}
     where c.${names.key} = any (array (select key from locked))
    returning c.*
  )
  select looked.stator_head, taken.* from (select count(*)::int as stator_head from head) as looked
    left join taken on true`
}

/**
 * `$1` token, `$2` lease in seconds: takes one row that was being handled when its process died, twice or more. At
 * the third death it goes into quarantine instead; then it is returned without a token.
 */
export function suspectClaimText(graph: Graph): string {
  const names = namesOf(graph)
  const isPoison = `${DEATHS} >= ${MOST_DEATHS}`
  const lease = `now() + $2::float8 * interval '1 second'`
  return `
  update ${names.table} as c
     set state_lock_token = case when ${isPoison} then null else $1::uuid end,
         state_locked_until = case when ${isPoison} then null else ${lease} end,
         state_next_attempt_at = case when ${isPoison} then null else ${lease} end,
         state_error = case when ${isPoison} then 'its process died ' || ${DEATHS} || ' times while handling it'
                            else c.state_error end,
         state_deaths = ${DEATHS}
   where c.${names.key} = any (array (
     select h.key from (
       select d.* from ${PRIORITIES} cross join lateral (
         select c.${names.key} as key, ${DEATHS} as deaths from ${names.table} c
          where c.state_priority = p.priority and c.state_next_attempt_at <= now() and ${isFree(names)}
          order by c.state_next_attempt_at limit ${SUSPECT_HEAD} for update skip locked) as d) as h
      where h.deaths >= ${MOST_DEATHS - 1} limit 1))
  returning c.*`
}

/** `$1` keys, `$2` tokens, `$3` lease in seconds. Returns the keys that are still held. */
export function extendText(graph: Graph): string {
  const names = namesOf(graph)
  return `
  update ${names.table} as c
     set state_locked_until = now() + $3::float8 * interval '1 second',
         state_next_attempt_at = now() + $3::float8 * interval '1 second'
    from unnest($1::${names.keyType}[], $2::uuid[]) as held (key, token)
   where c.${names.key} = held.key and c.state_lock_token = held.token
  returning c.${names.key}::text as key`
}

/** `$1` keys, `$2` tokens: hands rows back as if they had not been claimed. */
export function releaseText(graph: Graph): string {
  const names = namesOf(graph)
  return `
  update ${names.table} as c
     set state_lock_token = null, state_locked_until = null, state_next_attempt_at = now()
    from unnest($1::${names.keyType}[], $2::uuid[]) as held (key, token)
   where c.${names.key} = held.key and c.state_lock_token = held.token`
}

/**
 * `$1` first eight digits of the tokens of a worker that is gone, `$2` longest lease in seconds: frees its rows, as the
 * end of their leases would. Rows whose lease is over already are left to the next claim.
 */
export function freeFormerText(graph: Graph): string {
  const names = namesOf(graph)
  return `
  update ${names.table} as c
     set state_lock_token = null, state_locked_until = null, state_next_attempt_at = now(),
         state_deaths = c.state_deaths + 1
   where c.${names.key} = any (array (
     select d.key from ${PRIORITIES} cross join lateral (
       select c.${names.key} as key from ${names.table} c
        where c.state_priority = p.priority and c.state_next_attempt_at > now()
          and c.state_next_attempt_at <= now() + $2::float8 * interval '1 second'
          and left(c.state_lock_token::text, 8) = $1
          for update skip locked) as d))`
}

/**
 * For each graph: seconds until its next attempt is due (null for none). One statement over all graphs, which is planned anew
 * by every connection that sends it: what is asked of few of them stands in `suspectText`.
 */
export function overviewText(graphs: readonly Graph[]): string {
  const parts = graphs.map((graph) => {
    const names = namesOf(graph)
    const first = (priority: number): string => `(
      select c.state_next_attempt_at from ${names.table} c
       where c.state_priority = ${priority} and c.state_next_attempt_at is not null
         and ${isAutomaticIn(names)}
       order by c.state_next_attempt_at limit 1)`
    return `
    select ${literal(graph.table)} as graph,
           extract(epoch from least(${first(0)}, ${first(1)}) - now())::float8 as "dueInSeconds"`
  })
  return parts.join(' union all ')
}

/** Of a graph with due rows: whether one waits that was being handled when its process died, at least twice. */
export function suspectText(graph: Graph): string {
  const names = namesOf(graph)
  return `${SELDOM}
  select exists (select from ${PRIORITIES} cross join lateral (
    select ${DEATHS} as deaths from ${names.table} c
     where c.state_priority = p.priority and c.state_next_attempt_at <= now() and ${isFree(names)}
     order by c.state_next_attempt_at limit ${SUSPECT_HEAD}) as d
   where d.deaths >= ${MOST_DEATHS - 1}) as "hasSuspect"`
}
