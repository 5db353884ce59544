/** Stator in the owner's hands: what waits and what was done, and rows that are not tried any more, once more. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type {
  EngineFacts,
  FailingFacts,
  GraphDetail,
  GraphFacts,
  HandledCount,
  QuarantinePage,
} from '../../contracts/engine.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import { inTransaction } from '../../db/transaction.ts'
import { homeGraphs } from '../../domain/owner/home-graphs.ts'
import type { Graph } from '../../stator/graph.ts'
import { type FailingRow, countStates, listFailing } from '../../stator/graph-detail.ts'
import { hastenRow, listQuarantined, redrive } from '../../stator/move.ts'
import { type GraphStatistics, type HandledPoint, readStatistics } from '../../stator/statistics.ts'
import { type WaitingRows, readWaiting } from '../../stator/status.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const MOST_QUARANTINED = 100

const GraphParams = Type.Object({ graph: Type.String({ maxLength: 60 }) })
const RowParams = Type.Object({
  graph: Type.String({ maxLength: 60 }),
  key: Type.String({ minLength: 1, maxLength: 300 }),
})

export function statorRoutes(context: HttpContext): FastifyPluginAsync {
  const { db } = context
  return async (app) => {
    app.get('/stator', OWNER, async (): Promise<EngineFacts> => {
      const waiting = new Map((await readWaiting(db, homeGraphs)).map((one) => [one.graph, one]))
      const statistics = await readStatistics(
        db,
        homeGraphs.map((graph) => graph.table),
      )
      return { graphs: statistics.map((one) => factsOf(one, waiting.get(one.graph))) }
    })
    graphRoutes(app, context)
    app.get<{ Params: Static<typeof GraphParams> }>(
      '/stator/:graph/quarantine',
      { ...OWNER, schema: { params: GraphParams } },
      async (request): Promise<QuarantinePage> => {
        const rows = await listQuarantined(db, getGraph(request.params.graph), MOST_QUARANTINED)
        return {
          rows: rows.map(({ key, about, state, changedAt, errors, deaths, error }) => ({
            key,
            about,
            state,
            since: changedAt.toISOString(),
            errors,
            deaths,
            error,
          })),
        }
      },
    )
    app.post<{ Params: Static<typeof RowParams> }>(
      '/stator/:graph/quarantine/:key/retry',
      { ...OWNER, schema: { params: RowParams } },
      async (request): Promise<{ readonly key: string }> => {
        const { key } = request.params
        const graph = getGraph(request.params.graph)
        const isKey = graph.key !== 'id' || isRowId(key)
        const freed = isKey ? await inTransaction(db, async (tx) => redrive(tx, graph, [key])) : []
        if (freed.length > 0) return { key }
        throw new HomebirdError('NOT_FOUND', `no row ${key} of ${graph.table} is in quarantine`)
      },
    )
  }
}

/** One graph in depth, and one of its rows tried before its time. */
function graphRoutes(app: FastifyInstance, { db }: HttpContext): void {
  app.get<{ Params: Static<typeof GraphParams> }>(
    '/stator/:graph',
    { ...OWNER, schema: { params: GraphParams } },
    async (request): Promise<GraphDetail> => {
      const graph = getGraph(request.params.graph)
      const [states, failing] = await Promise.all([
        countStates(db, graph),
        listFailing(db, graph, MOST_QUARANTINED),
      ])
      return {
        graph: graph.table,
        states,
        failing: failing.map(failingFacts),
      }
    },
  )
  app.post<{ Params: Static<typeof RowParams> }>(
    '/stator/:graph/failing/:key/retry',
    { ...OWNER, schema: { params: RowParams } },
    async (request): Promise<{ readonly key: string }> => {
      const { key } = request.params
      const graph = getGraph(request.params.graph)
      const isKey = graph.key !== 'id' || isRowId(key)
      if (isKey && (await inTransaction(db, async (tx) => hastenRow(tx, graph, key)))) return { key }
      throw new HomebirdError('NOT_FOUND', `no row ${key} of ${graph.table} waits for its next attempt`)
    },
  )
}

const failingFacts = ({ key, about, state, attempts, error, nextAttemptAt }: FailingRow): FailingFacts => ({
  key,
  about,
  state,
  attempts,
  error,
  nextAttemptAt: nextAttemptAt.toISOString(),
})

/** @throws HomebirdError NOT_FOUND */
function getGraph(name: string): Graph {
  const graph = homeGraphs.find(({ table }) => table === name)
  if (graph !== undefined) return graph
  throw new HomebirdError('NOT_FOUND', `this home has no graph ${JSON.stringify(name)}`)
}

function factsOf(statistics: GraphStatistics, waiting: WaitingRows | undefined): GraphFacts {
  return {
    graph: statistics.graph,
    waiting: waiting?.waiting ?? 0,
    oldestSeconds: waiting?.oldestSeconds ?? null,
    quarantined: waiting?.quarantined ?? 0,
    queuedByMinute: statistics.queuedByMinute.map(({ queued }) => queued),
    handledByHour: statistics.handledByHour.map(countOf),
    handledByDay: statistics.handledByDay.map(countOf),
    handledByMonth: statistics.handledByMonth.map(countOf),
  }
}

const countOf = ({ startsAt, handled, failed }: HandledPoint): HandledCount => ({
  startsAt: startsAt.toISOString(),
  handled,
  failed,
})
