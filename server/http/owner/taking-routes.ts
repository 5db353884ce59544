/** The home of another computer is taken over by a new one, in its first run: paired with its code, shown, brought. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { TakingState } from '../../contracts/taking-home.ts'
import { HomebirdError } from '../../core/errors.ts'
import { listIdentities } from '../../domain/actors/actor.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES, limitTries } from '../plugins/password-confirmation.ts'
import { TakingHome } from './taking-home.ts'

const OWNER = { config: { scope: 'owner' } } as const
const CONFIRMED = { config: { scope: 'owner', rateLimit: TEN_IN_FIVE_MINUTES } } as const

const Pairing = Type.Object({
  address: Type.String({ maxLength: 300 }),
  code: Type.String({ maxLength: 100 }),
})

export function takingRoutes(context: HttpContext): FastifyPluginAsync {
  const { supervision, shelf, log, stopping } = context
  const taking = supervision === null ? null : new TakingHome({ supervision, shelf, log, stopping })
  const inNewHome = async (): Promise<TakingHome> => {
    if (taking === null)
      throw new HomebirdError(
        'UNAVAILABLE',
        'this server was started by no supervisor, which alone takes over',
      )
    if ((await listIdentities(context.db)).length === 0) return taking
    const why =
      'this home is somebody’s already; stop it and take the other over with: homebird hand-over take ADDRESS'
    throw new HomebirdError('CONFLICT', why, { safe: why })
  }
  return async (app) => {
    await limitTries(app)
    app.get('/hand-over/taking', OWNER, async (): Promise<TakingState> => taking?.state ?? { phase: 'none' })
    app.post<{ Body: Static<typeof Pairing> }>(
      '/hand-over/taking',
      { ...CONFIRMED, schema: { body: Pairing } },
      async ({ body }): Promise<TakingState> => (await inNewHome()).pair(body.address, body.code),
    )
    app.post('/hand-over/taking/start', OWNER, async (_request, reply): Promise<TakingState> => {
      void reply.code(202)
      return (await inNewHome()).begin()
    })
    app.post('/hand-over/taking/cancel', OWNER, async (): Promise<TakingState> =>
      (await inNewHome()).cancel(),
    )
  }
}
