/** The home as a whole in its owner's hands: its parts and what waits in its graphs now, how it did, where its bytes lie. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ApplianceFacts } from '../../contracts/appliance-status.ts'
import type { History, GraphBacklog, StatusFacts, StorageFacts } from '../../contracts/home-status.ts'
import { dataDirAt } from '../../core/data-dir.ts'
import { HomebirdError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import { activePause, readSwitches } from '../../domain/owner/switches.ts'
import { readHistory } from '../../domain/statistics/read-history.ts'
import { partsOf } from '../../domain/status/parts.ts'
import { readDeliveries, readBacklogs } from '../../domain/status/read-backlogs.ts'
import { readStorageFacts } from '../../domain/status/storage-facts.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const

const HistoryQuery = Type.Object({
  span: Type.Union([Type.Literal('day'), Type.Literal('week'), Type.Literal('month')]),
})

export function statusRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  // Walking the folders takes a while: whoever asks meanwhile waits for the same.
  let walking: Promise<StorageFacts> | null = null
  return async (app) => {
    app.get('/status', OWNER, async () => readStatus(context))
    app.get<{ Querystring: Static<typeof HistoryQuery> }>(
      '/status/history',
      { ...OWNER, schema: { querystring: HistoryQuery } },
      async ({ query }): Promise<History> => readHistory(db, query.span, clock.now()),
    )
    app.get('/status/storage', OWNER, async (): Promise<StorageFacts> => {
      const { supervision } = context
      if (supervision === null) {
        throw new HomebirdError('UNAVAILABLE', 'this process has no data directory', {
          safe: 'Where this home keeps its data is not known to this process.',
        })
      }
      walking ??= readStorageFacts({ ...context, dir: dataDirAt(supervision.dataDir) }).finally(() => {
        walking = null
      })
      return walking
    })
  }
}

/** Also for whoever helps. */
export async function readStatus(context: HttpContext): Promise<StatusFacts> {
  const { db, clock } = context
  const [facts, backlogs, deliveries, switches] = await Promise.all([
    factsOf(context),
    readBacklogs(db),
    readDeliveries(db),
    readSwitches(db),
  ])
  const now = clock.now()
  const pause = activePause(switches, now)
  return {
    at: now.toISOString(),
    version: VERSION,
    startedAt: facts?.startedAt ?? null,
    dataDir: facts?.dataDir ?? null,
    database: facts?.database ?? null,
    parts: partsOf(facts, now),
    backlogs,
    totals: {
      waiting: totalOf(backlogs, 'waiting'),
      retrying: totalOf(backlogs, 'retrying'),
      givenUp: totalOf(backlogs, 'givenUp'),
    },
    deliveries,
    pause:
      pause === null ? null : { since: pause.since.toISOString(), until: pause.until?.toISOString() ?? null },
  }
}

/** A supervisor that is busy says it the next time; the rest is told meanwhile. */
async function factsOf({ supervision, log }: HttpContext): Promise<ApplianceFacts | null> {
  try {
    return (await supervision?.facts()) ?? null
  } catch (error) {
    log.warn({ event: 'owner.no_supervisor', error })
    return null
  }
}

const totalOf = (backlogs: readonly GraphBacklog[], what: 'waiting' | 'retrying' | 'givenUp'): number =>
  backlogs.reduce((sum, one) => sum + one[what], 0)
