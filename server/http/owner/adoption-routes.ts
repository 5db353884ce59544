/** Taking a Takahē server over in the first run: looked at, begun, watched, broken off. The keeper does the work. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type {
  AdoptionOutline,
  AdoptionPreview,
  AdoptionSource,
  AdoptionState,
} from '../../contracts/adoption.ts'
import type { KeeperState, KeepingRequest } from '../../contracts/keeping.ts'
import { type ErrorCode, HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { parseDatabaseUrl } from '../../db/connection.ts'
import { openForeignDatabase } from '../../db/foreign-database.ts'
import { abandonAdoption } from '../../domain/adoption/abandon.ts'
import { countAdoption, readAdoption } from '../../domain/adoption/adopt.ts'
import { peopleToChooseFrom, planAdoption } from '../../domain/adoption/plan.ts'
import { type Source, openSource } from '../../domain/adoption/source.ts'
import { hashPassword } from '../../domain/owner/password.ts'
import { isHomeSetUp } from '../../domain/owner/set-up.ts'
import { createStorageExchange } from '../../net/storage-exchange.ts'
import { openFileSource } from '../../storage/file-source.ts'
import type { HttpContext } from '../http-context.ts'
import { requirePassword } from '../plugins/password-confirmation.ts'
import { requireGoodPassword } from './set-up-form.ts'

const OWNER = { config: { scope: 'owner' } } as const
/** Each knocks at whatever address it names. */
const LIMITED = { config: { scope: 'owner', rateLimit: { max: 30, timeWindow: 300_000 } } } as const

/** Somebody waits before the window: what takes longer is counted by nobody. */
const LOOK_MS = 60_000

const text = Type.String({ maxLength: 4_000 })
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 4_000 })
const SOURCE = { database: text, media: textOrNull, user: textOrNull, mainHost: textOrNull }
const LookForm = Type.Object(SOURCE)
const StartForm = Type.Object({ ...SOURCE, password: Type.String({ maxLength: 2_000 }) })

export function adoptionRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock, home } = context
  // Each reads a whole server of many years.
  let isLooking = false
  return async (app) => {
    app.get('/adoption', OWNER, async (): Promise<{ readonly adoption: AdoptionState | null }> => ({
      adoption: context.supervision === null ? null : await stateOf(context),
    }))
    app.post<{ Body: Static<typeof LookForm> }>(
      '/adoption/look',
      { ...LIMITED, schema: { body: LookForm } },
      async ({ body }): Promise<AdoptionPreview> => {
        if (isLooking) throw stillLooking()
        isLooking = true
        try {
          return await told(async () => lookAt(context, body))
        } finally {
          isLooking = false
        }
      },
    )
    app.post<{ Body: Static<typeof StartForm> }>(
      '/adoption',
      { ...LIMITED, schema: { body: StartForm } },
      async ({ body: { password, ...source } }, reply): Promise<AdoptionState> => {
        const passwordHash = (await isHomeSetUp(db))
          ? await refuseInhabited(context, password)
          : await hashOfNew(password)
        await ask(context, {
          kind: 'keeping',
          ask: 'start',
          order: { task: 'adopt', ...source, passwordHash },
        })
        void reply.code(202)
        return stateOf(context)
      },
    )
    app.delete('/adoption', OWNER, async (): Promise<AdoptionState> => {
      if ((await stateOf(context)).running !== null) {
        throw new HomebirdError('CONFLICT', 'an adoption runs, and is to be undone', {
          safe: 'It is still under way. Cancel it first.',
        })
      }
      await abandonAdoption(db, clock.now())
      await home.refresh()
      return stateOf(context)
    })
    app.post('/adoption/cancel', OWNER, async (): Promise<AdoptionState> => {
      // Whatever else the keeper does is not of this page.
      if ((await stateOf(context)).running !== null) await ask(context, { kind: 'keeping', ask: 'cancel' })
      return stateOf(context)
    })
  }
}

async function hashOfNew(password: string): Promise<string> {
  requireGoodPassword(password)
  return hashPassword(password)
}

/** A home that was taken over takes files that were not at hand, and nothing else. @returns no hash: it has its owner */
async function refuseInhabited({ db }: HttpContext, password: string): Promise<string> {
  const adoption = await readAdoption(db)
  if (adoption === null || adoption.finished_at === null) {
    throw alreadySetUp()
  }
  await requirePassword(db, password)
  return ''
}

async function lookAt({ db, clock }: HttpContext, source: AdoptionSource): Promise<AdoptionPreview> {
  if (await isHomeSetUp(db)) throw alreadySetUp()
  if (source.media !== null) await (await openFileSource(source.media, createStorageExchange, clock)).close()
  const foreign = await openForeignDatabase(parseDatabaseUrl(source.database), {
    statementTimeoutMs: LOOK_MS,
  })
  try {
    const opened = await openSource(foreign)
    const { place } = opened
    try {
      return { place, plan: await outlineOf(opened, source), people: [] }
    } catch (error) {
      const people = peopleToChooseFrom(error)
      if (people.length === 0) throw error
      return { place, plan: null, people }
    }
  } finally {
    await foreign.close()
  }
}

function stillLooking(): HomebirdError {
  const why = 'a server is being looked at already; wait for that, up to a minute, and ask again'
  return new HomebirdError('CONFLICT', why, { safe: why })
}

function alreadySetUp(): HomebirdError {
  const why = 'a server is taken over by an empty home, and this one has an owner'
  return new HomebirdError('CONFLICT', why, { safe: why })
}

async function outlineOf(source: Source, wishes: AdoptionSource): Promise<AdoptionOutline> {
  const plan = await planAdoption(source, wishes)
  return {
    domains: plan.domains.map(({ domain }) => domain),
    handles: plan.identities.filter(({ isGone }) => !isGone).map(({ handle }) => `@${handle}`),
    others: plan.others,
    isBusy: plan.busyConnections > 0,
    counts: await countAdoption({ source, plan }),
  }
}

/** What is wrong with an address that the owner has typed is said to the owner; none of these names a secret. */
const TOLD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SETTING_INVALID',
  'USAGE',
  'DATABASE_UNREACHABLE',
  'DATABASE_UNSUITABLE',
  'CONFLICT',
  'UNPROCESSABLE',
])

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!isHomebirdError(cause) || !TOLD.has(cause.code)) throw cause
    throw new HomebirdError('UNPROCESSABLE', cause.message, { cause, safe: cause.message })
  }
}

async function stateOf(context: HttpContext): Promise<AdoptionState> {
  const [keeper, row] = await Promise.all([
    ask(context, { kind: 'keeping', ask: 'state' }),
    readAdoption(context.db),
  ])
  const running = keeper.running?.task === 'adopt' ? keeper.running : null
  const last = keeper.ended.find(({ task }) => task === 'adopt')
  return {
    running,
    begun:
      row === null ? null : { isFinished: row.finished_at !== null, taken: row.taken, leftOut: row.left_out },
    problem: running === null && last?.result === 'failed' ? last.message : null,
  }
}

/** @throws HomebirdError UNAVAILABLE where nobody supervises this server */
async function ask({ supervision }: HttpContext, request: KeepingRequest): Promise<KeeperState> {
  if (supervision !== null) return (await supervision.keep(request)) as KeeperState
  throw new HomebirdError('UNAVAILABLE', 'this server was started by no supervisor, which alone has a keeper')
}
