/** A home's folder for tests of its copies: a cluster of a few files that nobody runs, a store, a secret. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openApplianceStore } from '../../server/appliance/appliance-store.ts'
import { writeRunVersion } from '../../server/appliance/copies/run-version.ts'
import { type CopyNeeds, copyBeforeNewVersion } from '../../server/appliance/copies/take-copy.ts'
import { type TakenBack, takeBack } from '../../server/appliance/copies/take-back.ts'
import { type DataDir, createDataDir, createRooms } from '../../server/core/data-dir.ts'
import { testDataDir } from './test-ground.ts'

export interface CopiedHome {
  readonly dir: DataDir
  readonly said: string[]
  /** Says what the rows of the home are now, in all that a copy has. */
  write(text: string): void
  /** The same, read again: cluster, secret, setting. */
  read(): string[]
  /** As the first start after a run of `version` does. */
  copyAfter(version: string | null, needs?: Partial<CopyNeeds>): Promise<string | null>
  takeBack(name: string): Promise<TakenBack>
}

/** A second for each copy: names tell them apart by it. */
let second = 0
const nextMoment = (): Date => new Date(Date.UTC(2026, 10, 29, 12, 0, (second += 1)))

export function openCopiedHome(t: TestContext): CopiedHome {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  const cluster = join(dir.postgres, '18')
  for (const folder of ['base/1', 'global', 'pg_wal', 'pg_notify'])
    mkdirSync(join(cluster, folder), { recursive: true, mode: 0o700 })
  writeFileSync(join(cluster, 'PG_VERSION'), '18\n')
  writeFileSync(join(cluster, 'postmaster.opts'), 'postgres')
  const control = Buffer.alloc(64)
  control.writeUInt32LE(1, 16)
  writeFileSync(join(cluster, 'global', 'pg_control'), control)
  const said: string[] = []
  const notice = (level: string, message: string): number => said.push(`${level}: ${message}`)
  return {
    dir,
    said,
    write(text) {
      writeFileSync(join(cluster, 'base', '1', '1259'), text)
      writeFileSync(join(dir.secrets, 'one'), text, { mode: 0o600 })
      const store = openApplianceStore(dir)
      store.saveSetting('logLevel', text)
      store.close()
    },
    read() {
      const store = openApplianceStore(dir, 'read')
      const setting = store.settings().logLevel ?? ''
      store.close()
      return [
        readFileSync(join(cluster, 'base', '1', '1259'), 'utf8'),
        readFileSync(join(dir.secrets, 'one'), 'utf8'),
        setting,
      ]
    },
    copyAfter(version, needs = {}) {
      writeRunVersion(dir, version)
      return copyBeforeNewVersion(dir, { hasExternalDatabase: false, notice, now: nextMoment(), ...needs })
    },
    takeBack: (name) => takeBack(dir, name, { notice, now: nextMoment() }),
  }
}
