/** How this home was started, for the owner to read: every setting with its value, none of the secrets. */
import type { FastifyPluginAsync } from 'fastify'
import type { TuningFacts } from '../../contracts/owner-api.ts'
import type { Setting } from '../../core/setting.ts'
import { SETTINGS, type SettingName } from '../../core/settings.ts'
import type { HttpContext } from '../http-context.ts'
import { requireOwner } from './session.ts'

export function tuningRoutes(context: HttpContext): FastifyPluginAsync {
  return async (app) => {
    app.get('/tuning', { config: { scope: 'owner' } }, async (request): Promise<TuningFacts> => {
      await requireOwner(context, request)
      return { settings: (Object.keys(SETTINGS) as SettingName[]).map((name) => factsOf(context, name)) }
    })
  }
}

function factsOf({ config }: HttpContext, name: SettingName): TuningFacts['settings'][number] {
  const { env, fallback, help, secret = false, type }: Setting<unknown> = SETTINGS[name]
  const value: unknown = type.show === undefined ? config[name] : type.show(config[name])
  const text =
    value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const shown = secret && text !== '' ? '(hidden)' : text
  return { variable: env, value: shown, usual: fallback, help }
}
