/** Leaving for good: what would go, asking for it with everything that proves the owner, watching it, calling it off. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { FAREWELL_WAIT_HOURS, type FarewellFacts } from '../../contracts/farewell.ts'
import { beginFarewell, callOffFarewell, readFarewell } from '../../domain/farewells/farewell.ts'
import type { HttpContext } from '../http-context.ts'
import { TEN_IN_FIVE_MINUTES, openCodeTries, requireBothFactors } from '../plugins/password-confirmation.ts'

const OWNER = { scope: 'owner' } as const
const HOUR_MS = 3_600_000

const Form = Type.Object({
  handle: Type.String({ maxLength: 400 }),
  password: Type.String({ maxLength: 2_000 }),
  /** Of the authenticator, or a recovery code, where the owner has set one up. */
  code: Type.Optional(Type.String({ maxLength: 100 })),
})

export function farewellRoutes(context: HttpContext): FastifyPluginAsync {
  const { db, clock } = context
  const codeTries = openCodeTries(clock)
  return async (app) => {
    app.get('/farewell', { config: OWNER }, async (): Promise<FarewellFacts> => readFarewell(db))
    app.post<{ Body: Static<typeof Form> }>(
      '/farewell',
      { config: { ...OWNER, rateLimit: TEN_IN_FIVE_MINUTES }, schema: { body: Form } },
      async (request, reply): Promise<FarewellFacts> => {
        const { handle, password, code = '' } = request.body
        const now = clock.now()
        await requireBothFactors(db, { password, code }, now, codeTries)
        const dueAt = new Date(now.getTime() + FAREWELL_WAIT_HOURS * HOUR_MS)
        await beginFarewell(db, { handle, dueAt, now })
        void reply.code(202)
        return readFarewell(db)
      },
    )
    app.delete('/farewell', { config: OWNER }, async (): Promise<FarewellFacts> => {
      await callOffFarewell(db)
      return readFarewell(db)
    })
  }
}
