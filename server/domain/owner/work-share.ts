/** How much of the usual is done at once: by what the machine goes through, and by what the owner has said. */
import type { Conditions } from '../../contracts/child-message.ts'
import type { SparingReason } from '../../contracts/tuning.ts'
import type { Switches } from './switches.ts'

const BATTERY_SHARE = 0.5
const METERED_SHARE = 0.5

/** The owner's share is of what the machine allows: half on battery, half of it again on a metered line. */
export function shareNow(
  { workShare }: Pick<Switches, 'workShare'>,
  { isOnBattery, isMetered }: Conditions,
): number {
  return workShare * (isOnBattery ? BATTERY_SHARE : 1) * (isMetered === true ? METERED_SHARE : 1)
}

/** At least one, or nothing would ever be done. */
export const partOf = (limit: number, share: number): number => Math.max(1, Math.round(limit * share))

/** Why less is done than the settings say; empty where as much is. */
export function sparingReasons(
  { workShare }: Pick<Switches, 'workShare'>,
  { isOnBattery, isMetered, hasRoom }: Conditions,
): SparingReason[] {
  const reasons: readonly [SparingReason, boolean][] = [
    ['battery', isOnBattery],
    ['metered', isMetered === true],
    ['owner', workShare < 1],
    ['full', !hasRoom],
  ]
  return reasons.flatMap(([reason, holds]) => (holds ? [reason] : []))
}
