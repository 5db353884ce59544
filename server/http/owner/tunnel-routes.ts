/** The way in from outside in the owner's hands: how it does, its settings, which count at once, and a try right now. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { TunnelOverview } from '../../contracts/tunnel.ts'
import { HomebirdError } from '../../core/errors.ts'
import { SETTINGS } from '../../core/settings.ts'
import type { Setting } from '../../core/setting.ts'
import { RUNS_PROGRAMS, TUNNEL_SETTINGS } from '../../core/tunnel-settings.ts'
import type { HttpContext, Supervision } from '../http-context.ts'
import { requirePassword } from '../plugins/password-confirmation.ts'
import { PASSWORD_TRIES, TryBucket } from '../plugins/try-bucket.ts'

const OWNER = { config: { scope: 'owner' } } as const
const NUDGES = { max: 30, timeWindow: 300_000 }
const MOST_VALUE = 20_000

/** Null takes a value back. */
const SettingsForm = Type.Object({
  changes: Type.Array(
    Type.Object({
      name: Type.String({ maxLength: 60 }),
      value: Type.Union([Type.String({ maxLength: MOST_VALUE }), Type.Null()]),
    }),
    { minItems: 1, maxItems: Object.keys(TUNNEL_SETTINGS).length },
  ),
  /** For settings that say what is run on this machine. */
  password: Type.Optional(Type.String({ maxLength: 2_000 })),
})
type Form = Static<typeof SettingsForm>

export function tunnelRoutes(context: HttpContext): FastifyPluginAsync {
  const passwordTries = new TryBucket(context.clock, PASSWORD_TRIES)
  return async (app) => {
    app.get('/tunnel', OWNER, async (): Promise<TunnelOverview> => {
      const facts = (await context.supervision?.facts()) ?? null
      return { status: facts?.tunnel ?? null, settings: settingsOf(facts?.tunnelSettings ?? {}) }
    })
    app.put<{ Body: Form }>(
      '/tunnel/settings',
      { ...OWNER, schema: { body: SettingsForm } },
      async ({ body }): Promise<TunnelOverview> => {
        const supervision = supervised(context)
        await requireWordOfOwner(context, body, passwordTries)
        const changes = Object.fromEntries(body.changes.map(({ name, value }) => [name, value]))
        await supervision.ask({ kind: 'tunnel_settings', changes })
        const facts = await supervision.facts()
        return { status: facts?.tunnel ?? null, settings: settingsOf(facts?.tunnelSettings ?? {}) }
      },
    )
    app.post('/tunnel/nudge', { config: { ...OWNER.config, rateLimit: NUDGES } }, async () => ({
      status: await supervised(context).ask({ kind: 'tunnel', command: { kind: 'nudge', why: 'doctor' } }),
    }))
  }
}

/**
 * A session that somebody else got hold of reads and writes posts; it shall not choose what this machine runs.
 * @throws HomebirdError UNPROCESSABLE without the password, RATE_LIMITED
 */
async function requireWordOfOwner(context: HttpContext, form: Form, tries: TryBucket): Promise<void> {
  const choosing = form.changes.find(({ name, value }) => RUNS_PROGRAMS.has(name) && value !== null)
  if (choosing === undefined) return
  if (form.password === undefined)
    throw new HomebirdError('UNPROCESSABLE', `${choosing.name} was to be set without the password`, {
      safe: `Validation failed: ${choosing.name} says what is run on this computer, so your password is asked for`,
    })
  const waitSeconds = tries.take()
  if (waitSeconds > 0)
    throw new HomebirdError('RATE_LIMITED', 'a limiter of password confirmations tripped', {
      safe: 'Too many attempts. Wait a few minutes and try again.',
      details: { retryAfterSeconds: waitSeconds },
    })
  await requirePassword(context.db, form.password)
  tries.giveBack()
}

/** @throws HomebirdError UNAVAILABLE */
function supervised({ supervision }: HttpContext): Supervision {
  if (supervision !== null) return supervision
  throw new HomebirdError(
    'UNAVAILABLE',
    'this server was started by no supervisor, which alone keeps a tunnel',
  )
}

/** What may be shown: of a secret, whether it is there. */
function settingsOf(values: Readonly<Record<string, unknown>>): TunnelOverview['settings'] {
  return (Object.keys(TUNNEL_SETTINGS) as (keyof typeof TUNNEL_SETTINGS)[]).map((name) => {
    const { env, fallback, type, secret }: Setting<unknown> = SETTINGS[name]
    const value = values[name] ?? null
    const isEmpty = value === null || value === '' || value === false
    const shown = isEmpty ? '' : (type.show?.(value) ?? value)
    return {
      name,
      variable: env,
      default: fallback,
      isSecret: secret === true,
      needsPassword: RUNS_PROGRAMS.has(name),
      isSet: !isEmpty,
      value: secret === true ? '' : typeof shown === 'string' ? shown : JSON.stringify(shown),
    }
  })
}
