/** When to look for a newer version, when to bring it, and what the person is told: facts in, decisions out. */
import type { UpdateState } from '../../server/contracts/desktop-bridge.ts'

export interface UpdateMachine {
  readonly doing: 'nothing' | 'checking' | 'bringing'
  /** What the last look found and is not brought yet. */
  readonly wanted: NextVersion | null
  /** What lies ready to be installed. */
  readonly brought: NextVersion | null
  readonly percent: number | null
  readonly checkedAt: number | null
  readonly failure: string | null
  /** Failures in a row. */
  readonly failures: number
  /** Before then nothing is done. */
  readonly dueAt: number
  /** The person asked: a metered line is no reason to wait then. */
  readonly isAsked: boolean
}

type NextVersion = NonNullable<UpdateState['next']>

export type UpdateEvent =
  | { readonly kind: 'asked' }
  | { readonly kind: 'checking' }
  /** Null: the running version is the newest. */
  | { readonly kind: 'checked'; readonly next: NextVersion | null }
  | { readonly kind: 'bringing'; readonly percent: number }
  | { readonly kind: 'brought' }
  | { readonly kind: 'failed'; readonly message: string }

/** A home that starts has better things to do at first. */
export const FIRST_LOOK_AFTER_MS = 30_000
export const LOOK_EVERY_MS = 24 * 3_600_000
const FIRST_RETRY_MS = 5 * 60_000
const LAST_RETRY_MS = 6 * 3_600_000
/** So that all homes do not ask at the same moment. */
const SPREAD = 0.2
const MAX_REASON = 500

/** @param failure  what went wrong as the last run ended, where it wanted to install */
export function startMachine(now: number, failure: string | null = null): UpdateMachine {
  const failures = failure === null ? 0 : 1
  return {
    doing: 'nothing',
    wanted: null,
    brought: null,
    percent: null,
    checkedAt: null,
    failure,
    failures,
    dueAt: now + FIRST_LOOK_AFTER_MS,
    isAsked: false,
  }
}

/** @param chance  0 to 1, spreads what homes do over time */
export function afterEvent(
  machine: UpdateMachine,
  event: UpdateEvent,
  now: number,
  chance: number,
): UpdateMachine {
  switch (event.kind) {
    case 'asked':
      return { ...machine, isAsked: true, dueAt: now }
    case 'checking':
      return { ...machine, doing: 'checking', failure: null }
    case 'checked':
      return afterLook(machine, event.next, now, chance)
    case 'bringing':
      return { ...machine, doing: 'bringing', percent: event.percent, failure: null }
    case 'brought':
      return {
        ...rested(machine, now + spread(LOOK_EVERY_MS, chance)),
        brought: machine.wanted,
        wanted: null,
      }
    case 'failed': {
      const failures = machine.failures + 1
      const wait = spread(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1)), chance)
      // What was found is looked for again: the feed may have been mended meanwhile.
      const rest = { ...rested(machine, now + wait), failure: event.message, failures, wanted: null }
      // Bringing another version has cleared away what lay there.
      return machine.doing === 'bringing' ? { ...rest, brought: null } : rest
    }
  }
}

function afterLook(
  machine: UpdateMachine,
  next: NextVersion | null,
  now: number,
  chance: number,
): UpdateMachine {
  const isWanted = next !== null && next.version !== machine.brought?.version
  if (!isWanted) {
    return { ...rested(machine, now + spread(LOOK_EVERY_MS, chance)), checkedAt: now, wanted: null }
  }
  return { ...machine, doing: 'nothing', checkedAt: now, wanted: next, dueAt: now }
}

function rested(machine: UpdateMachine, dueAt: number): UpdateMachine {
  return { ...machine, doing: 'nothing', percent: null, failure: null, failures: 0, isAsked: false, dueAt }
}

function spread(ms: number, chance: number): number {
  return Math.round(ms * (1 - SPREAD / 2 + SPREAD * chance))
}

/**
 * What to do now. A look costs next to nothing and is done on every line; what it found may weigh as much as an evening of
 * films, so it waits for a line that is not metered, unless the person asked.
 */
export function actOf(machine: UpdateMachine, now: number, isMetered: boolean): 'look' | 'bring' | null {
  if (machine.doing !== 'nothing' || now < machine.dueAt) return null
  if (machine.wanted === null) return 'look'
  if (!isMetered || machine.isAsked) return 'bring'
  // Waiting for the line for a day or more: look again, for there may be something newer still.
  return machine.checkedAt !== null && now - machine.checkedAt >= LOOK_EVERY_MS ? 'look' : null
}

export function stateOf(
  machine: UpdateMachine,
  version: string,
  waitsFor: UpdateState['waitsFor'],
): UpdateState {
  const { doing, brought, wanted, failure } = machine
  const phase = phaseOf(machine)
  return {
    version,
    phase,
    reason:
      phase !== 'failed' || failure === null
        ? null
        : `${failure.slice(0, MAX_REASON)}. It is tried again after ${minuteOf(machine.dueAt)}.`,
    checkedAt: machine.checkedAt === null ? null : new Date(machine.checkedAt).toISOString(),
    next: wanted ?? brought,
    percent: doing === 'bringing' ? machine.percent : null,
    waitsFor: brought === null ? [] : waitsFor,
  }
}

function phaseOf({ doing, brought, failure }: UpdateMachine): UpdateState['phase'] {
  if (doing === 'bringing') return 'downloading'
  if (doing === 'checking') return 'checking'
  // What lies ready can be installed, whatever became of a later look.
  if (brought !== null) return 'ready'
  return failure === null ? 'idle' : 'failed'
}

/** What is not looked for at all. */
export function offState(version: string, reason: string): UpdateState {
  return {
    version,
    phase: 'off',
    reason,
    checkedAt: null,
    next: null,
    percent: null,
    waitsFor: [],
  }
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
