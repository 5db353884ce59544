/** What the checks of one run have measured of the edge in front, gathered for the policy of headers to go by. */
import type { EdgeMeasurement } from '../../../contracts/edge.ts'
import { PUBLIC_EDGE, recordMeasurement } from '../../edges/edge.ts'
import type { DoctorParts } from '../doctor-parts.ts'
import type { OutsideWorld } from './world.ts'

/** What was not measured is left out. */
export type Measured = Partial<EdgeMeasurement> & {
  /** The edge asks the home by another name than it was asked by. */
  readonly rewritesHost?: boolean | null
}

const notes = new WeakMap<OutsideWorld, Measured>()

export function noteMeasured(world: OutsideWorld, measured: Measured): void {
  notes.set(world, { ...notes.get(world), ...measured })
}

/** After all checks of a run. Where nothing could be measured, what is known stands for as long as it is believed. */
export async function keepMeasured({ db, clock }: DoctorParts, world: OutsideWorld): Promise<void> {
  const measured = notes.get(world)
  if (measured === undefined) return
  const { rewritesHost = null, ...rest } = measured
  const unknown: EdgeMeasurement = {
    caches: null,
    honoursVary: null,
    honoursNoStore: null,
    honoursQuery: null,
    passesAccept: null,
    passesWebSocket: null,
    maxBody: null,
  }
  await recordMeasurement(db, PUBLIC_EDGE, { ...unknown, ...rest, rewritesHost }, clock.now())
}
