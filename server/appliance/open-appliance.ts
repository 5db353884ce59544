/** Opens a home: everything is looked at first, then the folder is taken, then the parts start. */
import { HomebirdError } from '../core/errors.ts'
import { Appliance } from './appliance.ts'
import type { StartStep } from './appliance-status.ts'
import type { ApplianceOptions } from './appliance-options.ts'
import { openGround } from './ground.ts'
import { type DatabasePlan, joinMachines, planDatabase } from './home-database.ts'
import { asksForBackups } from './keeping/backup-settings.ts'
import { upgradeHome } from './keeping/upgrade-home.ts'
import { requireFreeAddresses } from './ports.ts'
import { StartTimes } from './start-times.ts'
import { wantedAddresses } from './wanted-addresses.ts'

/** Children of a killed appliance end by themselves within 5 s; until then they hold its ports. */
const LEFTOVER_PORT_PATIENCE_MS = 6_000

/**
 * Checks everything that can be checked before anything is written, takes the folder, and starts the parts in order.
 * A start that fails stops in reverse what it had started.
 * @throws HomebirdError with the exit code of what failed
 */
export async function openAppliance(options: ApplianceOptions): Promise<Appliance> {
  const times = new StartTimes()
  const comesTo = (step: StartStep): void => {
    times.comesTo(step)
    options.onEvent({ kind: 'step', step })
  }
  comesTo('check')
  const { ground, checked } = await openGround(
    options.sources,
    async (loaded, wasKilled) => {
      const patienceMs = wasKilled ? LEFTOVER_PORT_PATIENCE_MS : 0
      await requireFreeAddresses(wantedAddresses(loaded, options, null), patienceMs)
      return planDatabase(loaded.config, options.role)
    },
    {
      sealer: options.sealer,
      copies: () => comesTo('copy'),
      copying: (doneBytes, totalBytes) => options.onEvent({ kind: 'copying', doneBytes, totalBytes }),
      signal: options.signal,
    },
  )
  const join = async (): Promise<DatabasePlan> => {
    await upgradeHome(ground, options.launcher, {
      begins: () => comesTo('upgrade'),
      progress: (doneBytes, totalBytes) => options.onEvent({ kind: 'copying', doneBytes, totalBytes }),
      signal: options.signal,
    })
    return joinMachines(checked, ground.loaded.config, options.role, asksForBackups(ground, options.sources))
  }
  const plan = await join().catch((error: unknown) => {
    ground.release()
    throw error
  })
  const appliance = new Appliance(options, ground, plan)
  try {
    await Promise.race([appliance.start(times), rejectedBy(options.signal)])
    return appliance
  } catch (error) {
    appliance.noteFailure(error)
    await appliance.stop()
    throw error
  }
}

function rejectedBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = (): void =>
      reject(new HomebirdError('NOT_RUNNING', 'the home was stopped while it started'))
    if (signal?.aborted === true) refuse()
    signal?.addEventListener('abort', refuse, { once: true })
  })
}
