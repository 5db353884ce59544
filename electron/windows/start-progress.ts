/** How far a start is: its steps with their times, from what the supervisor tells. */
import type { ApplianceEvent } from '../../server/appliance/index.ts'
import type { StepMark } from '../../server/contracts/start-bridge.ts'

export type StepName =
  | 'check'
  | 'copy'
  | 'upgrade'
  | 'database'
  | 'schema'
  | 'parts'
  | 'place'
  | 'fill'
  | 'prove'
  | 'media'
  | 'settle'

export interface StepProgress {
  readonly name: StepName
  readonly mark: StepMark
  readonly startedAt: number | null
  readonly tookMs: number | null
  readonly bytes: { readonly done: number; readonly total: number } | null
}

/** Those that every start has. The copy and the move to another PostgreSQL come in between when they turn out to be needed. */
const OF_A_START: readonly StepName[] = ['check', 'database', 'schema', 'parts']

const waiting = (name: StepName): StepProgress => ({
  name,
  mark: 'waiting',
  startedAt: null,
  tookMs: null,
  bytes: null,
})

const begun = (name: StepName, now: number): StepProgress => ({
  ...waiting(name),
  mark: 'doing',
  startedAt: now,
})

export const freshStart = (): readonly StepProgress[] => OF_A_START.map(waiting)

/** Taking a copy back has one step of its own before the start. */
export const freshTakeBack = (now: number): readonly StepProgress[] => [begun('place', now), ...freshStart()]

const OF_A_RESTORE: readonly StepName[] = ['fill', 'prove', 'media', 'settle']

/** Restoring a backup has several. */
export const freshRestore = (now: number): readonly StepProgress[] => [
  ...comeTo(OF_A_RESTORE.map(waiting), 'fill', now),
  ...freshStart(),
]

/** What the keeper calls its steps; of others the one that is shown goes on. */
const KEEPER_STEPS: Readonly<Record<string, StepName>> = {
  indexes: 'prove',
  compare: 'prove',
  media: 'media',
  schema: 'settle',
}
/** Of which it tells how much there is of them in all. */
const MEASURED: ReadonlySet<string> = new Set(['read', 'media'])

/** How far a restore is, from what its keeper tells. */
export function restoreAfter(
  steps: readonly StepProgress[],
  { step, done, total }: { readonly step: string; readonly done: number; readonly total: number | null },
  now: number,
): readonly StepProgress[] {
  const name = KEEPER_STEPS[step]
  const current = steps.find(({ mark }) => mark === 'doing')?.name
  const come = name === undefined || name === current ? steps : comeTo(steps, name, now)
  return MEASURED.has(step) && total !== null ? withBytes(come, Math.min(done, total), total) : come
}

/** Without those of the start that follows. */
export const beforeStart = (steps: readonly StepProgress[]): readonly StepProgress[] =>
  steps.slice(0, -OF_A_START.length)

export function progressAfter(
  steps: readonly StepProgress[],
  event: ApplianceEvent,
  now: number,
): readonly StepProgress[] {
  if (event.kind === 'step') return comeTo(steps, event.step, now)
  if (event.kind === 'copying') return withBytes(steps, event.doneBytes, event.totalBytes)
  return steps
}

/** What is done of the step that is under way. */
export function withBytes(
  steps: readonly StepProgress[],
  done: number,
  total: number,
): readonly StepProgress[] {
  return steps.map((step) =>
    step.mark === 'doing' ? Object.assign({ ...step }, { bytes: { done, total } }) : step,
  )
}

function comeTo(steps: readonly StepProgress[], name: StepName, now: number): readonly StepProgress[] {
  const known = steps.some((step) => step.name === name)
  // It stands after what it follows: the look at the folder, or the copy.
  const all = known
    ? steps
    : steps.flatMap((step) => (step.mark === 'doing' ? [step, waiting(name)] : [step]))
  return all.map((step) => {
    if (step.name === name) return begun(name, now)
    return step.mark === 'doing' ? ended(step, 'done', now) : step
  })
}

export function allDone(steps: readonly StepProgress[], now: number): readonly StepProgress[] {
  return steps.map((step) => (step.mark === 'doing' ? ended(step, 'done', now) : step))
}

/** The step that was under way is the one that failed. */
export function failedNow(steps: readonly StepProgress[], now: number): readonly StepProgress[] {
  return steps.map((step) => (step.mark === 'doing' ? ended(step, 'failed', now) : step))
}

function ended(step: StepProgress, mark: StepMark, now: number): StepProgress {
  return { ...step, mark, tookMs: step.startedAt === null ? null : now - step.startedAt }
}
