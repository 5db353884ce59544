/** A look at what a clean-up would take, in parts, so that no question takes long however many posts there are. */
import { sql } from 'kysely'
import type { CleanUpPreview, CleanUpRules } from '../../contracts/clean-up.ts'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import { horizonOf } from './clean-up-rules.ts'
import { shareOf } from './clean-up-runs.ts'
import { readRowBytes } from './database-sizes.ts'
import { readKeepFacts } from './keep-posts.ts'
import { lookAtSlice } from './prune-slice.ts'
import { pruningOf } from './prunings.ts'

const LOOKED_ROWS = 1_000
/** Of one part. */
const MOST_MS = 700

const TABLES = ['posts', 'actors'] as const
type Place = readonly [table: (typeof TABLES)[number], after: string]

/**
 * @param next  of the part before; null begins
 * @throws HomebirdError UNPROCESSABLE for a `next` that no part has named
 */
export async function previewCleanUp(
  db: Querier,
  clock: Clock,
  rules: CleanUpRules,
  usualDays: number,
  next: string | null,
): Promise<CleanUpPreview> {
  const horizon = horizonOf(rules, usualDays, clock.now())
  if (horizon === null) return { posts: 0, actors: 0, bytes: 0, share: 1, next: null }
  const begunAtMs = clock.monotonicMs()
  const facts = await readKeepFacts(db, rules, horizon)
  const found = { posts: 0, actors: 0 }
  let place: Place | null = parsePlace(next)
  while (place !== null && clock.monotonicMs() - begunAtMs < MOST_MS) {
    const [table, after]: Place = place
    const slice = { after, below: facts.horizonId, size: LOOKED_ROWS }
    const { last, ids } = await lookAtSlice(db, pruningOf(table, facts), slice)
    found[table] += ids.length
    place = last !== null ? [table, last] : table === 'posts' ? ['actors', '0'] : null
  }
  const each = await readRowBytes(db)
  return {
    ...found,
    bytes: found.posts * each.post + found.actors * each.actor,
    share: place === null ? 1 : await shareLooked(db, place, facts.horizonId),
    next: place?.join(':') ?? null,
  }
}

function parsePlace(next: string | null): Place {
  if (next === null) return ['posts', '0']
  const [table, after] = next.split(':')
  const known = TABLES.find((name) => name === table)
  if (known !== undefined && after !== undefined && /^\d{1,18}$/.test(after)) return [known, after]
  throw new HomebirdError('UNPROCESSABLE', `${JSON.stringify(next.slice(0, 60))} is no part of a look`, {
    safe: 'This part of the look is not known. Look again from the beginning.',
  })
}

/** People are few beside posts. */
async function shareLooked(db: Querier, [table, after]: Place, below: string): Promise<number> {
  if (table === 'actors') return 0.95
  const { rows } = await sql<{ id: string | null }>`select min(id) as id from posts`.execute(db)
  return 0.95 * shareOf(rows[0]?.id ?? '0', after, below)
}
