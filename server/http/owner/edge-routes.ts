/** What is known of the edge in front, what answers rely on, and whether caches may keep pages that also lead servers on. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { EdgeState, PurgeState } from '../../contracts/edge.ts'
import { EDGE_ALARM, PUBLIC_EDGE, isAlarming, provenEdge, readEdge } from '../../domain/edges/edge.ts'
import { readSwitches, setKeepsPages } from '../../domain/owner/switches.ts'
import { type PurgeTarget, readPurgeTarget } from '../../domain/purges/purge-target.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const PagesForm = Type.Object({ keepsPages: Type.Boolean() })

export function edgeRoutes(context: HttpContext): FastifyPluginAsync {
  const { db } = context
  return async (app) => {
    app.get('/edge', OWNER, async () => stateOf(context))
    app.put<{ Body: Static<typeof PagesForm> }>(
      '/edge/pages',
      { ...OWNER, schema: { body: PagesForm } },
      async (request) => {
        await setKeepsPages(db, request.body.keepsPages)
        return stateOf(context)
      },
    )
  }
}

/** Read from the database, so that whoever has just measured or switched sees it. */
async function stateOf({ db, clock }: HttpContext): Promise<EdgeState> {
  const edge = await readEdge(db, PUBLIC_EDGE)
  const { keepsPages } = await readSwitches(db)
  // The doctor tells of the last by a finding of its own.
  const { measuredAt, purgeProvenAt, rewritesHost: _, ...measured } = edge
  const proven = provenEdge(edge, clock.now().getTime())
  return {
    measured,
    measuredAt: measuredAt?.toISOString() ?? null,
    purgeProvenAt: purgeProvenAt?.toISOString() ?? null,
    isStrict: !Object.values(proven).includes(true),
    relied: { query: proven.honoursQuery, vary: proven.honoursVary && keepsPages, purge: proven.purges },
    keepsPages,
    purge: purgeStateOf(await readPurgeTarget(db)),
    alarm: isAlarming(edge) ? EDGE_ALARM : null,
  }
}

function purgeStateOf(target: PurgeTarget | null): PurgeState | null {
  if (target === null) return null
  const { kind, failingSince, lastError, lastPurgedAt, waiting } = target
  return {
    kind,
    code: failingSince === null ? null : 'PURGE_FAILS',
    failingSince: failingSince?.toISOString() ?? null,
    lastError,
    lastPurgedAt: lastPurgedAt?.toISOString() ?? null,
    waiting,
  }
}
