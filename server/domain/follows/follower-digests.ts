/**
 * What the followers of an identity on one server add up to: a digest that the server compares with its own, so that
 * both sides find out about follows that only one of them remembers. All servers of an identity are read together.
 * @see FEP-8fcf
 */
import { boundedMap } from '../../core/bounded-map.ts'
import { sql } from 'kysely'
import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Database, Querier } from '../../db/pool.ts'

/** More followers on one server than this are not listed, and so not compared. */
export const MOST_LISTED = 10_000

export interface FollowersOfActor {
  readonly followersUri: string
  /** Hexadecimal, by host. */
  readonly digests: ReadonlyMap<string, string>
}

const MOST_ACTORS = 200
/** A digest that is a little late causes one comparison too many, and no harm. */
const KEPT_MS = 60_000
/** What took long to read is kept for so many times as long. */
const KEPT_FACTOR = 1_000

interface Kept {
  readonly reading: Promise<FollowersOfActor | null>
  untilMs: number
}

export class FollowerDigests {
  readonly #db: Database
  readonly #clock: Clock
  readonly #kept = boundedMap<string, Kept>({ max: MOST_ACTORS })

  constructor({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
    this.#db = db
    this.#clock = clock
  }

  /** From memory, or by one statement. Null for an actor without such a collection. */
  async of(actorId: string): Promise<FollowersOfActor | null> {
    const startedMs = this.#clock.monotonicMs()
    const kept = this.#kept.get(actorId)
    if (kept !== undefined && startedMs < kept.untilMs) return kept.reading
    const reading = readDigests(this.#db, actorId)
    const entry: Kept = { reading, untilMs: startedMs + KEPT_MS }
    this.#kept.set(actorId, entry)
    reading.then(
      () => {
        const tookMs = this.#clock.monotonicMs() - startedMs
        entry.untilMs = startedMs + Math.max(KEPT_MS, tookMs * KEPT_FACTOR)
      },
      () => this.#kept.delete(actorId),
    )
    return reading
  }
}

interface HostRow {
  readonly followers_uri: string | null
  readonly host: string | null
  readonly parts: readonly string[]
  readonly followers: number
}

/** SHA-256 of every address, combined by exclusive or, in four numbers of 64 bits. */
async function readDigests(db: Querier, actorId: string): Promise<FollowersOfActor | null> {
  const part = (at: number) =>
    sql`bit_xor(('x' || substr(hashed.hex, ${sql.raw(String(at))}, 16))::bit(64)::bigint)::text`
  const { rows } = await sql<HostRow>`
    select own.followers_uri, follower.host, count(follower.id)::integer as followers,
           array[${part(1)}, ${part(17)}, ${part(33)}, ${part(49)}] as parts
      from actors as own
      left join follows on follows.target_id = own.id and follows.state in ('accepting', 'accepted')
      left join actors as follower on follower.id = follows.source_id and not follower.is_local
            and follower.gone_at is null
      left join lateral (select encode(sha256(convert_to(follower.uri, 'UTF8')), 'hex') as hex) as hashed on true
     where own.id = ${actorId}
     group by own.followers_uri, follower.host`.execute(db)
  const followersUri = rows[0]?.followers_uri ?? null
  if (followersUri === null) return null
  const digests = new Map<string, string>()
  for (const { host, parts, followers } of rows) {
    if (host !== null && followers <= MOST_LISTED) digests.set(host, parts.map(hexOf).join(''))
  }
  return { followersUri, digests }
}

function hexOf(signed: string): string {
  return BigInt.asUintN(64, BigInt(signed)).toString(16).padStart(16, '0')
}

/** The same for addresses that are at hand; 64 zeros for none. */
export function digestOfUris(uris: Iterable<string>): string {
  const sum = Buffer.alloc(32)
  for (const uri of uris) {
    const digest = createHash('sha256').update(uri, 'utf8').digest()
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) ^ (digest[at] ?? 0)
  }
  return sum.toString('hex')
}

/** Followers of an identity on one host, as they are counted in its digest. Null where they are too many to list. */
export async function listFollowersOnHost(
  db: Querier,
  actorId: string,
  host: string,
): Promise<string[] | null> {
  const { rows } = await sql<{ uri: string }>`
    select follower.uri from follows join actors as follower on follower.id = follows.source_id
     where follows.target_id = ${actorId} and follows.state in ('accepting', 'accepted')
       and follower.host = ${host} and not follower.is_local and follower.gone_at is null
     order by follows.id limit ${MOST_LISTED + 1}`.execute(db)
  return rows.length > MOST_LISTED ? null : rows.map(({ uri }) => uri)
}
