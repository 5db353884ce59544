/** Whether this computer runs on a battery, where the system tells: for homes without the desktop shell, which is told of it. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Question, askProgram } from './ask-program.ts'

const SUPPLIES = '/sys/class/power_supply'
const ASK_PMSET: Question = { program: 'pmset', args: ['-g', 'batt'] }

interface BatteryNeeds {
  readonly platform: NodeJS.Platform
  readonly supplies?: string
  /** @throws where the program is not there, fails or does not answer */
  readonly ask?: (question: Question) => Promise<string>
}

/** False where the system does not tell. */
export async function isOnBattery({
  platform,
  supplies = SUPPLIES,
  ask = askProgram,
}: BatteryNeeds): Promise<boolean> {
  try {
    if (platform === 'linux') return drawsFromBattery(await readSupplies(supplies))
    return platform === 'darwin' && /^Now drawing from '(?:Battery|UPS) Power'/.test(await ask(ASK_PMSET))
  } catch {
    return false // a system without such a folder or program has no battery that it tells of
  }
}

interface Supply {
  /** `Mains`, `USB`, `Battery`, `UPS`. */
  readonly type: string
  readonly online: string
  readonly status: string
  /** `Device`: that of a mouse, say. */
  readonly scope: string
}

async function readSupplies(folder: string): Promise<Supply[]> {
  const names = await readdir(folder)
  return Promise.all(
    names.map(async (name) => {
      const of = async (fact: string): Promise<string> =>
        // Each supply has those of its kind.
        readFile(join(folder, name, fact), 'utf8').then(
          (text) => text.trim(),
          () => '',
        )
      const [type, online, status, scope] = await Promise.all(['type', 'online', 'status', 'scope'].map(of))
      return { type: type ?? '', online: online ?? '', status: status ?? '', scope: scope ?? '' }
    }),
  )
}

function drawsFromBattery(all: readonly Supply[]): boolean {
  const ours = all.filter(({ scope }) => scope !== 'Device')
  if (ours.some(({ type, online }) => (type === 'Mains' || type === 'USB') && online === '1')) return false
  return ours.some(({ type, status }) => (type === 'Battery' || type === 'UPS') && status === 'Discharging')
}
