/** Settings that the owner turns in the window: where each comes from, what counts from the next start, what is kept. */
import {
  KNOBS,
  type KnobName,
  type SettingsAnswer,
  type SettingsRequest,
  type ValueOrigin,
} from '../contracts/tuning.ts'
import type { ConfigOrigin, LoadedConfig } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Setting } from '../core/setting.ts'
import { parseSetting, shownText } from '../core/setting-types.ts'
import { SETTINGS } from '../core/settings.ts'
import type { ApplianceStore } from './appliance-store.ts'

interface KeptNeeds {
  /** As the home was started. */
  readonly loaded: LoadedConfig
  /** As they are now. @throws HomebirdError SETTING_INVALID */
  readonly read: () => LoadedConfig
  readonly store: Pick<ApplianceStore, 'saveSetting' | 'removeSetting'>
  readonly notice: (level: 'info', message: string) => void
}

const names = Object.keys(KNOBS) as KnobName[]

/**
 * @throws HomebirdError SETTING_INVALID for a value out of its bounds, UNPROCESSABLE for what is not turned here; nothing is
 *   changed then
 */
export function answerSettings(needs: KeptNeeds, request: SettingsRequest): SettingsAnswer {
  if (request.ask === 'keep') keep(needs, request.name, request.value)
  const next = needs.read()
  return {
    origins: perKnob((name) => originOf(needs.loaded.origins[name])),
    next: perKnob((name) => textOf(next, name)),
  }
}

function keep({ read, store, notice }: KeptNeeds, name: KnobName, value: string | null): void {
  if (KNOBS[name] !== 'here') refuse(`${name.slice(0, 60)} is no setting that is turned here`)
  const { env, type }: Setting<unknown> = SETTINGS[name]
  const origin = read().origins[name]
  if (isFixed(origin)) refuse(`${env} is set where Homebird is started, which is stronger; change it there`)
  if (value === null) store.removeSetting(name)
  else {
    parseSetting(env, type, value, false)
    store.saveSetting(name, value.trim())
  }
  notice('info', `${env} was ${value === null ? 'taken back' : 'set'} in the window, for the next start`)
}

/** What stands in a variable, in a file or behind the command is not for the window to overrule. */
const isFixed = (origin: ConfigOrigin): boolean => 'variable' in origin || origin.from === 'command line'

function refuse(why: string): never {
  throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

function originOf(origin: ConfigOrigin): ValueOrigin {
  const isAutomatic = origin.isAutomatic === true
  if ('variable' in origin) return { from: origin.from, variable: origin.variable, isAutomatic }
  const isKept = origin.from === 'settings store' || origin.from === 'sealed'
  return { from: isKept ? 'window' : origin.from, variable: null, isAutomatic }
}

/** As it would be written: `auto` instead of what follows from it. */
function textOf({ config, origins }: LoadedConfig, name: KnobName): string {
  if (origins[name].isAutomatic === true) return 'auto'
  return shownText(SETTINGS[name], config[name])
}

const perKnob = <T>(of: (name: KnobName) => T): Readonly<Record<KnobName, T>> =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<KnobName, T>
