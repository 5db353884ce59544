/** How a part of the home does, in the words of the window. */

/** Slow: its event loop was late by more than a second in the last 5 s. Retrying: it ended and will start again. */
export type PartState = 'Starting' | 'Running' | 'Slow' | 'Retrying' | 'Stopped'

export interface PartStatus {
  /** `database`, `server-0`, `worker-0`. */
  readonly name: string
  readonly state: PartState
  readonly pid: number | null
  /** Seconds since it was last ready; null while it is not. */
  readonly uptimeSeconds: number | null
  /** Starts after the first. */
  readonly restarts: number
  /** Proportional set size where the system tells it, else the resident size; null when unknown. */
  readonly memoryBytes: number | null
  /** Why it is not running, or what its restart waits for. */
  readonly note: string | null
}

/** A part is well when it does its work, be it slowly. */
export function isWell(state: PartState): boolean {
  return state === 'Running' || state === 'Slow'
}
