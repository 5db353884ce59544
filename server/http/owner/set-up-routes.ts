/** The first run: everything it asked for is made at once, or nothing is. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { WindowState } from '../../contracts/owner-api.ts'
import { HomebirdError } from '../../core/errors.ts'
import { isHomeSetUp, setUpHome } from '../../domain/owner/set-up.ts'
import type { HttpContext } from '../http-context.ts'
import { findRequestSession, requireOwnPage } from './session.ts'
import { readStateOf, signIn } from './session-routes.ts'
import { type SetUpAttempt, arrangeBackups } from './set-up-backups.ts'
import { checkSetUpForm } from './set-up-form.ts'

/** It asks for the session of the key itself. Whoever corrects a field sends again; nobody does so thirty times. */
const CONFIG = { scope: 'public', rateLimit: { max: 30, timeWindow: 300_000 } } as const

const text = Type.String({ maxLength: 2_000 })
/** A union of two schemas would have null read as an empty text, because bodies are coerced. */
const textOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 2_000 })
const Form = Type.Object({
  username: text,
  displayName: text,
  password: text,
  domain: textOrNull,
  serviceDomain: textOrNull,
  recoveryCode: Type.Optional(textOrNull),
  passphrase: Type.Optional(textOrNull),
  backupFolder: Type.Optional(textOrNull),
})

export function setUpRoutes(context: HttpContext): FastifyPluginAsync {
  const attempt: SetUpAttempt = { place: null }
  return async (app) => {
    app.post<{ Body: Static<typeof Form> }>(
      '/setup',
      { config: CONFIG, schema: { body: Form } },
      async (request, reply): Promise<WindowState> => {
        requireOwnPage(request)
        if ((await findRequestSession(context, request)) === null) {
          throw new HomebirdError('UNAUTHORIZED', 'set-up was asked for without the one-time key')
        }
        checkSetUpForm(request.body)
        if (await isHomeSetUp(context.db)) {
          throw new HomebirdError('CONFLICT', 'the home is set up already', { safe: 'already_set_up' })
        }
        await arrangeBackups(context, request.body, attempt)
        await setUpHome(context.db, request.body, context.clock)
        await context.home.refresh()
        await signIn(context, request, reply, true)
        return readStateOf(context, request, true)
      },
    )
  }
}
