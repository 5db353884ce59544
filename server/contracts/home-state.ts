/**
 * The state of the home in one word, the same in the window, the tray and everywhere else: one derivation for all of them.
 * The supervisor knows whether the parts run, the database the rest.
 */
import type { HomeState } from './appliance-status.ts'

export const HOME_CONDITIONS = [
  'starting',
  'reachable',
  'unproved',
  'only_at_home',
  'catching_up',
  'paused',
  'needs_attention',
  'stopped',
] as const

/** `unproved`: it has an address, and nothing has come in from outside within the last day. */
export type HomeCondition = (typeof HOME_CONDITIONS)[number]

/** How far the home is known from outside. */
export type HomeReach = Extract<HomeCondition, 'only_at_home' | 'unproved' | 'reachable'>

export interface KnownOfHome {
  /** What the supervisor says; null where none tells, as in a process that was started by hand. */
  readonly supervisor: HomeState | null
  /** Null while the server does not say. */
  readonly reach: HomeReach | null
  /** Something in front of the home must be mended at once. */
  readonly hasAlarm: boolean
  readonly isPaused: boolean
  readonly isCatchingUp: boolean
}

/** What keeps the home from working comes before what it does, and that before how it is reached. */
export function homeConditionOf(known: KnownOfHome): HomeCondition {
  const { supervisor, reach, hasAlarm, isPaused, isCatchingUp } = known
  if (supervisor === 'Stopped') return 'stopped'
  if (supervisor === 'Starting') return 'starting'
  if (supervisor === 'Needs attention' || hasAlarm) return 'needs_attention'
  if (reach === null) return 'starting'
  if (isPaused) return 'paused'
  if (isCatchingUp) return 'catching_up'
  return reach
}
