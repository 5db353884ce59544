/** Tells a home without the desktop shell what the machine goes through: battery or mains, a line that costs. */
import type { Conditions } from '../../contracts/child-message.ts'
import { isOnBattery } from './battery.ts'
import { findMetered, keepMetered } from './metered.ts'

/** Neither a battery nor a line says when it changes. */
const LOOK_EVERY_MS = 60_000

interface MachineNeeds {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly lookEveryMs?: number
  readonly onBattery?: () => Promise<boolean>
  readonly isMetered?: () => Promise<boolean | null>
}

type ToldHome = {
  setConditions(power: Pick<Conditions, 'isOnBattery' | 'isMetered'>): void
}

/** @returns what ends it */
export function watchMachine(home: ToldHome, needs: MachineNeeds): () => void {
  const { platform, env, lookEveryMs = LOOK_EVERY_MS } = needs
  const onBattery = needs.onBattery ?? (async () => isOnBattery({ platform }))
  const isMetered = needs.isMetered ?? keepMetered({ find: async () => findMetered({ platform, env }) })
  let [isEnded, isLooking] = [false, false]
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    try {
      const [battery, metered] = await Promise.all([onBattery(), isMetered()])
      if (!isEnded) home.setConditions({ isOnBattery: battery, isMetered: metered })
    } catch {
      // Nothing is told then, and what was told last holds: the home runs on, and the next look may do better.
    } finally {
      isLooking = false
    }
  }
  void look()
  const looking = setInterval(() => void look(), lookEveryMs).unref()
  return () => {
    isEnded = true
    clearInterval(looking)
  }
}
