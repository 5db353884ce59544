/** How this home was started, and what of it the owner turns here: every setting with its value, none of the secrets. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import { USUAL_CONDITIONS } from '../../contracts/child-message.ts'
import {
  type KnobFacts,
  type KnobName,
  KNOBS,
  type SettingsAnswer,
  type TuningFacts,
} from '../../contracts/tuning.ts'
import type { Config } from '../../core/config.ts'
import { thisMachine } from '../../core/engine-settings.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Setting } from '../../core/setting.ts'
import { shownText } from '../../core/setting-types.ts'
import { SETTINGS, type SettingName } from '../../core/settings.ts'
import { readSwitches } from '../../domain/owner/switches.ts'
import { partOf, shareNow, sparingReasons } from '../../domain/owner/work-share.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const KNOB_NAMES = Object.keys(KNOBS) as KnobName[]

const TurnForm = Type.Object({
  name: Type.Enum([...KNOB_NAMES]),
  /** As a variable would hold it; null takes back what was said here. A union would have null read as text. */
  value: Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 200 }),
})

export function tuningRoutes(context: HttpContext): FastifyPluginAsync {
  const { supervision } = context
  return async (app) => {
    app.get('/tuning', OWNER, async (): Promise<TuningFacts> => {
      const kept = await supervision?.settings({ kind: 'settings', ask: 'show' })
      return factsOf(context, kept ?? null)
    })
    app.put<{ Body: Static<typeof TurnForm> }>(
      '/tuning',
      { ...OWNER, schema: { body: TurnForm } },
      async ({ body: { name, value } }): Promise<TuningFacts> => {
        if (supervision === null)
          throw new HomebirdError(
            'UNAVAILABLE',
            'this server was started by no supervisor, which keeps settings',
          )
        return factsOf(context, await supervision.settings({ kind: 'settings', ask: 'keep', name, value }))
      },
    )
  }
}

/** The switches are read from the database, so that whoever has just switched sees it. */
async function factsOf(context: HttpContext, kept: SettingsAnswer | null): Promise<TuningFacts> {
  const { config, db, supervision } = context
  const [switches, facts] = await Promise.all([readSwitches(db), supervision?.facts()])
  const conditions = facts?.conditions ?? USUAL_CONDITIONS
  const share = shareNow(switches, conditions)
  const connections = facts?.connectionsPerProcess ?? config.databasePool
  return {
    knobs: KNOB_NAMES.map((name) => knobOf(name, { config, kept, share, connections })),
    settings: (Object.keys(SETTINGS) as SettingName[]).map((name) => settingOf(config, name)),
    machine: thisMachine(),
    share,
    sparing: sparingReasons(switches, conditions),
  }
}

interface Known {
  readonly config: Config
  readonly kept: SettingsAnswer | null
  readonly share: number
  /** That each process was granted. */
  readonly connections: number
}

function knobOf(name: KnobName, { config, kept, share, connections }: Known): KnobFacts {
  const definition: Setting<unknown> = SETTINGS[name]
  const { env, fallback, type } = definition
  const value = shownText(definition, config[name])
  const origin = kept?.origins[name] ?? null
  const written = origin?.isAutomatic === true ? 'auto' : value
  const next = kept?.next[name] ?? written
  return {
    name,
    variable: env,
    value,
    origin,
    next: next === written ? null : next,
    usual: fallback,
    range: type.range ?? null,
    canBeAutomatic: type.isAutomatic !== undefined,
    isFixed: origin !== null && ['command line', 'variable', 'file'].includes(origin.from),
    inForce: isOfWork(name) ? partOf(config[name], share) : name === 'databasePool' ? connections : null,
  }
}

type WorkLimit = 'statorConcurrency' | 'statorConcurrencyPerModel' | 'statorConcurrencyPerHost'

const isOfWork = (name: KnobName): name is WorkLimit => name.startsWith('statorConcurrency')

function settingOf(config: Config, name: SettingName): TuningFacts['settings'][number] {
  const definition: Setting<unknown> = SETTINGS[name]
  const { env, fallback, help, secret = false } = definition
  const text = shownText(definition, config[name])
  return { variable: env, value: secret && text !== '' ? '(hidden)' : text, usual: fallback, help }
}
