/**
 * Tells the caches in front of the home what has changed: the rows of a claim together, each address once however many
 * changes touch it. Deliveries that wait for a row are let go as soon as its addresses are forgotten.
 */
import type { LRUCache } from 'lru-cache'
import { boundedMap } from '../core/bounded-map.ts'
import { together, touchedBy } from '../activitypub/touched-addresses.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { loadPurgeFacts } from '../domain/purges/load-purges.ts'
import type { purgeGraph } from '../domain/purges/purge-graph.ts'
import { recordAnswered, recordFailing } from '../domain/purges/purge-target.ts'
import type { Forgotten, PurgeResult, Purger } from '../domain/purges/purger.ts'
import { ALL_FORGOTTEN } from '../domain/purges/purger.ts'
import { type HandlersOf, type Verdict, type Work, again } from '../stator/graph.ts'

export interface PurgeParts {
  readonly db: Database
  readonly log: Logger
  /** Null where nothing stands in front. */
  readonly purger: Purger | null
  /** A sentence for the journal. */
  readonly notice?: (level: 'info' | 'warn', message: string) => void
}

type TellingParts = PurgeParts & { readonly progress: Progress }
type Purge = Row<'purges'>
type PurgeVerdict<Next extends string> = Verdict<Next>

interface Task {
  readonly row: Purge
  readonly touched: Forgotten
}

/** Of one call; whoever has more of them waits for the others' calls only. */
const URLS_PER_CALL = 200
/** Attempts that may fail without a word: a cache that is restarted is no news. */
const SILENT_ATTEMPTS = 2

/** What was forgotten for rows that have more than one attempt can tell: the next one goes on behind it. */
type Progress = LRUCache<string, ReadonlySet<string>>
const MOST_HALF_TOLD = 200

export function purgeHandlers(given: PurgeParts): HandlersOf<typeof purgeGraph> {
  const { purger } = given
  const parts: TellingParts = { ...given, progress: boundedMap({ max: MOST_HALF_TOLD }) }
  const isToldTwice = purger?.isToldTwice === true
  return {
    new: {
      batch: async (rows, work) =>
        tellCaches<'answered' | 'done' | 'dropped'>(parts, rows, work, isToldTwice ? 'answered' : 'done'),
    },
    answered: {
      batch: async (rows, work) => tellCaches<'done' | 'dropped'>(parts, rows, work, 'done'),
    },
  }
}

async function tellCaches<Next extends string>(
  parts: TellingParts,
  rows: readonly Purge[],
  { signal }: Work,
  done: Next,
): Promise<Map<string, PurgeVerdict<Next | 'dropped'>>> {
  const { db, log, purger, notice, progress } = parts
  if (purger === null) return new Map(rows.map(({ id }) => [id, 'dropped']))
  const facts = await loadPurgeFacts(db, rows)
  const tasks = rows.map((row): Task => ({
    row,
    touched: without(touchedBy(row, facts, purger.hasTags), progress.get(row.id)),
  }))
  const open = new Set(tasks)
  const verdicts = new Map<string, PurgeVerdict<Next | 'dropped'>>()
  let result: PurgeResult = ALL_FORGOTTEN
  const forgotten = new Set<string>()
  for (const call of callsFor(tasks)) {
    if (signal.aborted) break
    result = await purger.purge(call.urls, call.tags)
    const left = new Set([...result.left.urls, ...result.left.tags])
    for (const name of [...call.urls, ...call.tags]) if (!left.has(name)) forgotten.add(name)
    const finished = [...open].filter(({ touched }) =>
      [...touched.urls, ...touched.tags].every((name) => forgotten.has(name)),
    )
    for (const task of finished) {
      open.delete(task)
      progress.delete(task.row.id)
      verdicts.set(task.row.id, done)
    }
    const hasRecovered =
      finished.length > 0 &&
      (await recordAnswered(
        db,
        finished.map(({ row }) => row.id),
      ))
    if (hasRecovered) {
      log.info({ event: 'purge.works_again' })
      notice?.('info', 'what stands in front of the home forgets changes again')
    }
    if (left.size > 0) break
  }
  for (const { row } of open) {
    progress.set(row.id, new Set([...(progress.get(row.id) ?? []), ...forgotten]))
    verdicts.set(row.id, laterOf(result))
  }
  const { problem } = result
  const isNews = problem !== null && [...open].some(({ row }) => row.state_attempts >= SILENT_ATTEMPTS)
  if (isNews && (await recordFailing(db, problem))) tellOfFailure(parts, problem)
  return verdicts
}

function tellOfFailure({ log, notice }: PurgeParts, problem: string): void {
  log.warn({ event: 'purge.fails', problem })
  notice?.(
    'warn',
    `PURGE_FAILS: what stands in front of the home does not forget changes (${problem.slice(0, 200)}); it may show what is old until that is mended`,
  )
}

function without({ urls, tags }: Forgotten, told: ReadonlySet<string> = new Set()): Forgotten {
  const isLeft = (name: string): boolean => !told.has(name)
  return { urls: urls.filter(isLeft), tags: tags.filter(isLeft) }
}

/** Each thing once, the earliest row's first. A row that names nothing is forgotten by a call that names nothing. */
function callsFor(tasks: readonly Task[]): Forgotten[] {
  const { urls, tags } = together(tasks.map(({ touched }) => touched))
  const calls: Forgotten[] = [{ urls: urls.slice(0, URLS_PER_CALL), tags }]
  for (let start = URLS_PER_CALL; start < urls.length; start += URLS_PER_CALL)
    calls.push({ urls: urls.slice(start, start + URLS_PER_CALL), tags: [] })
  return calls
}

function laterOf({ problem, retryAfterSeconds }: PurgeResult): Verdict<never> {
  return again({
    ...(retryAfterSeconds === null ? {} : { afterSeconds: retryAfterSeconds }),
    ...(problem === null ? { isUncounted: true } : { reason: problem }),
  })
}
