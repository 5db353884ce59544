/** The handing over of the home in the owner's hands: offered to another computer, and taken back where that one is off for good. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { HandOverRequest, HandOverState } from '../../contracts/hand-over.ts'
import { HomebirdError } from '../../core/errors.ts'
import { readLease } from '../../core/lease-file.ts'
import { inTransaction } from '../../db/transaction.ts'
import { setOutboundAside } from '../../domain/restoring/set-aside.ts'
import { isGivenWhenAsked, sayDone } from '../../net/paired/ask-for-word.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES, limitTries, requirePassword } from '../plugins/password-confirmation.ts'

const OWNER = { config: { scope: 'owner' } } as const
const CONFIRMED = { config: { scope: 'owner', rateLimit: TEN_IN_FIVE_MINUTES } } as const

/** Who has the code gets everything: not for a session alone to say. */
const Confirmation = Type.Object({ password: Type.String({ maxLength: 2_000 }) })
type Form = { Body: Static<typeof Confirmation> }

export function handOverRoutes({ db, clock, supervision }: HttpContext): FastifyPluginAsync {
  const ask = async (request: HandOverRequest): Promise<HandOverState> => {
    if (supervision !== null) return supervision.handOver(request)
    throw new HomebirdError('UNAVAILABLE', 'this server was started by no supervisor, which alone hands over')
  }
  return async (app) => {
    await limitTries(app)
    app.get('/hand-over', OWNER, async (): Promise<{ readonly handOver: HandOverState | null }> => ({
      handOver: supervision === null ? null : await ask({ kind: 'hand_over', ask: 'state' }),
    }))
    app.post<Form>(
      '/hand-over/offer',
      { ...CONFIRMED, schema: { body: Confirmation } },
      async ({ body }, reply) => {
        await requirePassword(db, body.password)
        void reply.code(202)
        return ask({ kind: 'hand_over', ask: 'offer' })
      },
    )
    app.post<Form>(
      '/hand-over/take-back',
      { ...CONFIRMED, schema: { body: Confirmation } },
      async ({ body }) => {
        await requirePassword(db, body.password)
        const { since } = await ask({ kind: 'hand_over', ask: 'state' })
        const lease = supervision === null ? null : readLease(supervision.dataDir)
        const taken = lease?.phase === 'taken' ? lease : null
        const isGiven = taken !== null && (await isGivenWhenAsked(taken))
        // What the other computer may have sent since goes out no second time by itself.
        if (since !== null && !isGiven)
          await inTransaction(db, (tx) => setOutboundAside(tx, new Date(since), clock.now()))
        const state = await ask({ kind: 'hand_over', ask: 'speak' })
        if (isGiven) await sayDone(taken)
        return state
      },
    )
  }
}
