/** A real supervisor with a real database, whose server and worker are plain parts. */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import {
  type Appliance,
  type ApplianceEvent,
  type ApplianceStatus,
  createNodeLauncher,
  openAppliance,
} from '../../server/appliance/index.ts'
import { entryFile } from '../../server/core/entry-file.ts'
import type { ChildRole } from '../../server/contracts/child-message.ts'
import { afterInReverse } from './after-in-reverse.ts'
import { testDataDir } from './test-ground.ts'
import { until } from './until.ts'

const PART = join(import.meta.dirname, 'children', 'plain-part.ts')
const ENTRIES: Readonly<Record<ChildRole, string>> = {
  migrate: PART,
  server: PART,
  worker: PART,
  tunnel: PART,
  decoder: PART,
  keeper: entryFile('keeper'),
}

export interface TestAppliance {
  readonly dataDir: string
  readonly events: readonly ApplianceEvent[]
  readonly start: (
    env?: Readonly<Record<string, string>>,
    more?: Pick<Parameters<typeof openAppliance>[0], 'sealer'>,
  ) => Promise<Appliance>
}

/**
 * Everything is stopped and removed with the test.
 * @param entries  plain parts unless given
 */
export function openTestAppliance(
  t: TestContext,
  name?: string,
  entries: Readonly<Record<ChildRole, string>> = ENTRIES,
): TestAppliance {
  const dataDir = testDataDir(t, name)
  const events: ApplianceEvent[] = []
  const start: TestAppliance['start'] = async (env = {}, more = {}) => {
    const appliance = await openAppliance({
      ...more,
      sources: {
        env: {
          XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'],
          HOMEBIRD_DATA_DIR: dataDir,
          HOMEBIRD_PORT: '0',
          HOMEBIRD_PRIVATE_LISTEN: '127.0.0.1:0',
          ...env,
        },
      },
      role: 'all',
      launcher: createNodeLauncher({ env: { PATH: process.env['PATH'] }, entries }),
      windowDir: null,
      onEvent: (event) => events.push(event),
    })
    afterInReverse(t, () => appliance.stop())
    return appliance
  }
  return { dataDir, events, start }
}

/** The first status in which every part does its work again, and `check` holds. */
export function untilWell(
  appliance: Appliance,
  check: (status: ApplianceStatus) => boolean = () => true,
): Promise<ApplianceStatus> {
  return until('a home that is well', async () => {
    const status = await appliance.status()
    return status.state === 'Running' && check(status) ? status : null
  })
}

export function pidOf(status: ApplianceStatus, part: string): number {
  const pid = status.parts.find(({ name }) => name === part)?.pid
  if (pid === null || pid === undefined) throw new Error(`${part} has no process`)
  return pid
}
