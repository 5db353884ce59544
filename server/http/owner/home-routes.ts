/** The state of the home as its owner sees it, and the checks that end the first run. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type KnownOfHome, homeConditionOf } from '../../contracts/home-state.ts'
import type { CheckResults, HomeFacts } from '../../contracts/owner-api.ts'
import type { Config } from '../../core/config.ts'
import { HomebirdError } from '../../core/errors.ts'
import { VERSION } from '../../core/version.ts'
import { EDGE_ALARM, isAlarming } from '../../domain/edges/edge.ts'
import { readHomeFacts } from '../../domain/owner/home-facts.ts'
import { readAbsenceNews } from '../../domain/owner/home-summary.ts'
import { activePause, readSwitches } from '../../domain/owner/switches.ts'
import type { HttpContext } from '../http-context.ts'
import { runChecks } from './checks.ts'
import { recoveryRoutes } from './recovery-routes.ts'
import { requireOwner } from './session.ts'

const OWNER = { config: { scope: 'owner' } } as const
/** They go out of the house, and a person asks for them now and then. */
const CHECKS = { max: 30, timeWindow: 300_000 }

export function homeRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    await app.register(recoveryRoutes(context))
    app.get('/home', OWNER, async (request): Promise<HomeFacts> => {
      const identityId = await requireIdentity(context, request)
      const now = context.clock.now()
      const [read, condition] = await Promise.all([
        readHomeFacts(context.db, identityId, now),
        readCondition(context, now),
      ])
      const { provedAt, waitingDeliveries, waitingServers, ...facts } = read
      return {
        ...facts,
        condition: homeConditionOf({ ...condition, reach: facts.state }),
        pausedUntil: condition.pausedUntil?.toISOString() ?? null,
        provedAt: provedAt?.toISOString() ?? null,
        waiting: { deliveries: waitingDeliveries, servers: waitingServers },
        publicAddress: publicAddress(context.config),
        alarm: isAlarming(context.home.edge()) ? EDGE_ALARM : null,
        version: VERSION,
      }
    })
    app.get(
      '/checks',
      { config: { ...OWNER.config, rateLimit: CHECKS } },
      async (request): Promise<CheckResults> => {
        const identityId = await requireIdentity(context, request)
        return { checks: await runChecks(context, identityId) }
      },
    )
  }
}

interface Condition extends Omit<KnownOfHome, 'reach'> {
  readonly pausedUntil: Date | null
}

async function readCondition({ db, home, supervision, log }: HttpContext, now: Date): Promise<Condition> {
  const [facts, switches, { catchingUp }] = await Promise.all([
    supervision?.facts().catch((error: unknown) => {
      // A supervisor that is busy says it the next time.
      log.warn({ event: 'owner.no_supervisor', error })
      return null
    }),
    readSwitches(db),
    readAbsenceNews(db, now),
  ])
  const pause = activePause(switches, now)
  return {
    supervisor: facts?.state ?? null,
    hasAlarm: isAlarming(home.edge()),
    isPaused: pause !== null,
    pausedUntil: pause?.until ?? null,
    isCatchingUp: catchingUp !== null,
  }
}

/** @throws HomebirdError UNAUTHORIZED without a session, UNAVAILABLE before set-up */
async function requireIdentity(context: HttpContext, request: FastifyRequest): Promise<string> {
  const session = await requireOwner(context, request)
  if (session.identityId === null) {
    throw new HomebirdError('UNAVAILABLE', 'the home has no identity yet', {
      safe: 'This home is not set up yet.',
    })
  }
  return session.identityId
}

function publicAddress({ bind, port }: Pick<Config, 'bind' | 'port'>): string | null {
  if (port === 0) return null
  return bind.includes(':') ? `[${bind}]:${port}` : `${bind}:${port}`
}
