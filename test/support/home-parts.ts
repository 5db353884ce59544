/** The parts of a running home, as its supervisor tells them: asked at its socket, which takes a millisecond. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApplianceStatus } from '../../server/appliance/index.ts'
import type { PartStatus } from '../../server/contracts/appliance-status.ts'
import { askControlSocket } from '../../server/appliance/control-socket.ts'
import type { ProcessHome } from './process-home.ts'
import { until } from './until.ts'

/** What could not be held on a full disk is tried again a minute later. */
const PATIENCE_MS = 120_000

/** @throws while the home does not answer */
export async function askHome(dataDir: string): Promise<ApplianceStatus> {
  const holder = JSON.parse(readFileSync(join(dataDir, 'homebird.pid'), 'utf8')) as {
    controlSocket: string | null
  }
  if (holder.controlSocket === null) throw new Error('the home is still starting')
  return (await askControlSocket(holder.controlSocket, { kind: 'status' })) as ApplianceStatus
}

export function partOf(status: ApplianceStatus, name: string) {
  const part = status.parts.find((one) => one.name === name)
  if (part === undefined) throw new Error(`no part ${name} in ${JSON.stringify(status.parts)}`)
  return part
}

/** Waits for its next life, when it has none now. */
export async function pidOfPart(dataDir: string, name: string): Promise<number> {
  return until(`${name} runs`, async () => partOf(await askHome(dataDir), name).pid, PATIENCE_MS)
}

/** What the home has said last of a part; it costs the home nothing, unlike a question. */
export function lastSaid(home: Pick<ProcessHome, 'events'>, name: string): PartStatus | undefined {
  const event = home.events.findLast(
    ({ kind, part }) => kind === 'part' && (part as PartStatus | undefined)?.name === name,
  )
  return event?.['part'] as PartStatus | undefined
}

/** The first status for which `holds`. */
export function untilHome(
  dataDir: string,
  what: string,
  holds: (status: ApplianceStatus) => boolean,
): Promise<ApplianceStatus> {
  return until(
    what,
    async () => {
      const status = await askHome(dataDir)
      return holds(status) ? status : null
    },
    PATIENCE_MS,
  )
}
