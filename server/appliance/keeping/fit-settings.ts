/**
 * Settings of a backup that mean nothing on this machine, or that a backup must not bring: the address of a database that the
 * restored home does not use, folders that cannot be had here, addresses that this machine has not, values that this program does
 * not take, and what says which programs are run. They are taken out, and named; which programs are run this machine's home says on.
 */
import { accessSync, constants, existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { dirname, posix, win32 } from 'node:path'
import { loadConfig } from '../../core/config.ts'
import { isHomebirdError } from '../../core/errors.ts'
import type { Setting } from '../../core/setting.ts'
import { parseSetting } from '../../core/setting-types.ts'
import { SETTINGS, type SettingName } from '../../core/settings.ts'
import { RUNS_PROGRAMS } from '../../core/tunnel-settings.ts'
import type { ApplianceStore } from '../appliance-store.ts'
import type { OutsideSources } from '../ground.ts'

const LISTENING: ReadonlySet<SettingName> = new Set(['bind', 'privateListen'])
const EVERY_ADDRESS = new Set(['0.0.0.0', '::'])
/** They are said from outside and never kept. */
const NEVER_KEPT: ReadonlySet<SettingName> = new Set(['dataDir', 'configFile'])

type Kept = Readonly<Partial<Record<SettingName, string>>>
type FittedStore = Pick<ApplianceStore, 'settings' | 'sealedSettings' | 'saveSetting' | 'removeSetting'>

export interface Fitted {
  /** A sentence for each that was taken out; secrets are not in it. */
  readonly leftOut: readonly string[]
  /** The variables of those that came in and say something else than this machine's home did. */
  readonly taken: readonly string[]
}

/**
 * @param here  what is kept by the home that is there: what it says of programs goes on to count, whatever the backup says
 * @param outside  what this machine says beside that, which the settings of the backup may go with
 */
export function fitSettings(
  store: FittedStore,
  here: Kept = {},
  outside: OutsideSources = { env: {} },
): Fitted {
  const leftOut: string[] = []
  const leaveOut = (name: SettingName, why: string): void => {
    store.removeSetting(name)
    leftOut.push(`${SETTINGS[name].env} of the backup was left out: ${why}`)
  }
  for (const name of store.sealedSettings().keys()) leaveOut(name, 'it was sealed by another keychain')
  for (const [name, value] of settingsOf(store)) {
    const why = whyNot(name, value, here)
    if (why !== null) leaveOut(name, why)
  }
  for (const [name, value] of Object.entries(here) as [SettingName, string][])
    if (runsPrograms(name) && value !== '' && isTaken(name, value)) store.saveSetting(name, value)
  const odd = (): SettingName[] => oddTogether(store.settings(), outside)
  for (let names = odd(); names.length > 0; names = odd())
    for (const name of names) leaveOut(name, 'it does not go with the other settings of the backup')
  const taken = settingsOf(store).filter(([name, value]) => here[name] !== value)
  return { leftOut, taken: taken.map(([name]) => SETTINGS[name].env) }
}

const settingsOf = (store: FittedStore): [SettingName, string][] =>
  Object.entries(store.settings()) as [SettingName, string][]

function whyNot(name: SettingName, value: string, here: Kept): string | null {
  if (NEVER_KEPT.has(name)) return 'it is said from outside, and never kept'
  if (!isTaken(name, value)) return `it must be ${SETTINGS[name].type.name}`
  if (runsPrograms(name) && value !== '' && value !== here[name])
    return `it says which program is run on this computer, which only you may say; ${
      (here[name] ?? '') === '' ? 'set it again if it is meant' : 'what this home says of it stays'
    }`
  if (name === 'databaseUrl')
    return value === '' ? null : 'the restored home has a database of its own, and not the external one'
  if (LISTENING.has(name)) {
    const host = hostOf(value)
    return isIP(host) === 0 || isHere(host) ? null : `this machine has no address ${host}`
  }
  const folder = folderIn(value)
  return folder === null || canBeHad(folder) ? null : `there is no place ${folder} on this machine`
}

const runsPrograms = (name: SettingName): boolean => name === 'postgresPrograms' || RUNS_PROGRAMS.has(name)

function isTaken(name: SettingName, value: string): boolean {
  const { env, type }: Setting<unknown> = SETTINGS[name]
  try {
    parseSetting(env, type, value, true)
    return true
  } catch (error) {
    if (isHomebirdError(error, 'SETTING_INVALID')) return false
    throw error
  }
}

/** Those that a home would not start with; each is fine by itself. */
function oddTogether(store: Kept, outside: OutsideSources): SettingName[] {
  try {
    loadConfig({ ...outside, store })
    return []
  } catch (error) {
    if (!isHomebirdError(error, 'SETTING_INVALID')) throw error
    const { message } = error
    const named = (Object.keys(store) as SettingName[]).filter((name) =>
      new RegExp(`\\b${SETTINGS[name].env}\\b`).test(message),
    )
    if (named.length === 0) throw error
    return named
  }
}

/** Of `127.0.0.1`, `[::1]:80`, `192.168.1.5:4181`; a port alone, or a path, has none. */
function hostOf(value: string): string {
  if (isIP(value) !== 0) return value
  return /^\[([^\]]+)\](?::\d+)?$/.exec(value)?.[1] ?? /^([\d.]+):\d+$/.exec(value)?.[1] ?? ''
}

function isHere(host: string): boolean {
  if (EVERY_ADDRESS.has(host)) return true
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host))
}

/** A path, also of the other kind of system, and that of a URL of a folder. */
function folderIn(value: string): string | null {
  const ofUrl = /^(?:file|local):\/\/(\/?[^?]+)/.exec(value)?.[1]
  const path = ofUrl === undefined ? value : decoded(ofUrl)
  return posix.isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path) ? path : null
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path // it holds a percent sign that stands for itself
  }
}

/** It is there, or can be made where something is. */
function canBeHad(folder: string): boolean {
  const isOfHere = process.platform === 'win32' ? win32.isAbsolute(folder) : posix.isAbsolute(folder)
  if (!isOfHere) return false
  if (existsSync(folder)) return true
  try {
    accessSync(dirname(folder), constants.W_OK)
    return true
  } catch {
    return false // absent or closed: either way it is no place for us
  }
}
