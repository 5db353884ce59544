/** What the machine goes through, told to the home: sleep and waking, battery and mains, a metered line. */
import type { Appliance } from '../../server/appliance/index.ts'
import type { ElectronParts } from '../electron-parts.ts'

/** A line changes without anybody saying so. */
const LOOK_EVERY_MS = 60_000

export interface Power {
  /** A home has just started: it is told how things are. */
  tell(): void
  close(): void
}

type PoweredHome = Pick<Appliance, 'suspend' | 'resume' | 'setConditions'>

interface PowerNeeds {
  /** The home that runs now; null while none does. */
  readonly home: () => PoweredHome | null
  /** @param isAnew  whatever was found out before */
  readonly isMetered: (isAnew: boolean) => Promise<boolean | null>
  readonly failed: (error: unknown) => void
  readonly lookEveryMs?: number
}

export function openPower(
  { powerMonitor }: Pick<ElectronParts, 'powerMonitor'>,
  { home, isMetered, failed, lookEveryMs = LOOK_EVERY_MS }: PowerNeeds,
): Power {
  let metered: boolean | null = null
  /** One after the other: a machine that wakes at once must not open before it has closed. */
  let turn: Promise<void> = Promise.resolve()
  const inTurn = (act: () => Promise<void> | undefined): void => {
    turn = turn.then(act).catch(failed)
  }
  const tell = (): void =>
    home()?.setConditions({ isOnBattery: powerMonitor.isOnBatteryPower(), isMetered: metered })
  const look = (isAnew: boolean): void => {
    isMetered(isAnew).then((found) => {
      metered = found
      tell()
    }, failed)
  }
  const listeners = {
    suspend: () => inTurn(() => home()?.suspend()),
    resume: () => {
      inTurn(() => home()?.resume())
      look(true)
    },
    'on-battery': tell,
    'on-ac': tell,
  } as const
  const monitor = powerMonitor as NodeJS.EventEmitter
  for (const [name, listener] of Object.entries(listeners)) monitor.on(name, listener)
  const looking = setInterval(() => look(false), lookEveryMs).unref()
  tell()
  look(false)
  return {
    tell,
    close() {
      clearInterval(looking)
      for (const [name, listener] of Object.entries(listeners)) monitor.off(name, listener)
    },
  }
}
