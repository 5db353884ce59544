/**
 * Lays a restored home whole beside the one that is there, in `incoming/`, and has it take that one's place at the next start. Until
 * the last step nothing of the home has changed.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Lease } from '../../contracts/hand-over.ts'
import type { BackupSource, KeeperOutcome } from '../../contracts/keeping.ts'
import { syncFolder } from '../../core/atomic-file.ts'
import type { Config } from '../../core/config.ts'
import type { DataDir } from '../../core/data-dir.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import type { SettingName } from '../../core/settings.ts'
import { writeLease } from '../../core/lease-file.ts'
import { PLAIN_BOX } from '../../core/secret-box.ts'
import { VERSION } from '../../core/version.ts'
import { openApplianceStore } from '../appliance-store.ts'
import type { Notice } from '../copies/cold-cluster.ts'
import { hasCluster } from '../copies/cold-cluster.ts'
import type { OutsideSources } from '../ground.ts'
import type { Launcher } from '../launcher.ts'
import { clusterFolder } from '../postgres-files.ts'
import type { RuntimeFolder } from '../runtime-folder.ts'
import { databaseAccount } from '../unprivileged.ts'
import { fitSettings } from './fit-settings.ts'
import { incomingDir, isExchangePlanned, planExchange, requireOneDisk } from '../copies/change-places.ts'
import { isTaken } from '../copies/move-lease.ts'
import { clearIncoming, openIncoming } from './incoming.ts'
import { type KeeperWatch, runKeeper } from './run-keeper.ts'
import { mediaFolderOf } from './take-in-media.ts'

export interface RestoreNeeds extends KeeperWatch {
  readonly dir: DataDir
  readonly runtime: Pick<RuntimeFolder, 'path'>
  readonly secrets: SecretFolder
  readonly config: Config
  /** What this machine says of settings beside what is kept. */
  readonly outside: OutsideSources
  readonly launcher: Launcher
  readonly from: BackupSource
  /** This home's own backup key, where it has one that can be read. */
  readonly key: string | null
  readonly words: string | null
  /** Of a home that is taken over from another machine: it comes with it, and what waits to go out stays as it is. */
  readonly lease?: Lease | undefined
  /** Whether the home that runs here has said farewell. */
  readonly hasLeft?: () => Promise<boolean>
  readonly notice: Notice
  readonly now: Date
}

const IS_SILENT =
  'the home that was here was taken over from another computer, which has not said yet that it is silent: the restored one does not speak either. Finish that with: homebird hand-over take, or, where the other one is off for good, with: homebird hand-over take-back'

/**
 * Under the lock of the home; its database may run.
 * @throws HomebirdError UNPROCESSABLE with the reason of the keeper, DATA_DIR_UNUSABLE where parts of the home lie on several disks,
 *   CONFLICT while another one lies ready, NOT_RUNNING when it was broken off; then nothing has changed
 */
export async function stageRestore(needs: RestoreNeeds): Promise<KeeperOutcome> {
  const { dir, secrets, notice } = needs
  requireNothingPlanned(dir)
  requireOneDisk(dir)
  await clearIncoming(dir, secrets, notice)
  try {
    const outcome = await fillIncoming(needs)
    if (needs.lease !== undefined) writeLease(incomingDir(dir).path, needs.lease)
    else if (isTaken(dir.path)) notice('warn', IS_SILENT)
    planExchange(dir, {
      name: outcome.subject ?? 'a backup',
      ofVersion: VERSION,
      from: 'incoming',
      now: needs.now,
    })
    return outcome
  } catch (error) {
    await clearIncoming(dir, secrets, notice).catch((reason: unknown) =>
      notice(
        'warn',
        `what was begun of the restored home is removed at the next start: ${describeError(reason)}`,
      ),
    )
    throw error
  }
}

/** What is laid ready lies where another one would be laid, and may be all that there is. @throws HomebirdError CONFLICT */
function requireNothingPlanned(dir: DataDir): void {
  if (!isExchangePlanned(dir)) return
  const why =
    'a home lies ready already and takes its place at the next start; start the home, then restore again'
  throw new HomebirdError('CONFLICT', why, { safe: why })
}

async function fillIncoming(needs: RestoreNeeds): Promise<KeeperOutcome> {
  const { dir, runtime, notice, config, launcher, from, key, words } = needs
  const account = databaseAccount(clusterFolder(dir))
  const incoming = await openIncoming({ dir, runtime, account, notice })
  let outcome: KeeperOutcome
  try {
    outcome = await runKeeper(
      launcher,
      { dataDir: dir.path, config, database: incoming.cluster.connection, secretsKey: needs.secrets.box.key },
      {
        task: 'restore',
        from,
        key,
        words,
        into: incoming.dir.path,
        mediaFolder: mediaFolderOf(config, dir),
        keepsQueue: needs.lease !== undefined,
        hasLeft: (await needs.hasLeft?.()) ?? false,
      },
      needs,
    )
  } finally {
    // Stopped in order: its files are whole then.
    await incoming.cluster.stop()
  }
  if (!hasCluster(incoming.dir)) throw new HomebirdError('INTERNAL', 'the restored database is not there')
  rmSync(incoming.dir.logs, { recursive: true, force: true })
  for (const { level, message } of fitStore(incoming.dir, needs, outcome)) notice(level, message)
  for (const folder of [incoming.dir.postgres, incoming.dir.secrets, incoming.dir.path, dir.path])
    syncFolder(folder)
  return outcome
}

type Line = { readonly level: 'info' | 'warn'; readonly message: string }

/** Opened, it is checked too: that of a newer Homebird is refused. */
function fitStore(dir: DataDir, needs: RestoreNeeds, outcome: KeeperOutcome): Line[] {
  const store = openApplianceStore(dir, 'write', PLAIN_BOX)
  try {
    const { leftOut, taken } = fitSettings(store, keptHere(needs), needs.outside)
    const said: Line[] = leftOut.map((message) => ({ level: 'warn', message }))
    if (taken.length > 0) said.push({ level: 'info', message: sayTaken(taken) })
    store.keepOutcome(outcome)
    for (const line of said) store.journal({ ...line, part: 'appliance' })
    return said
  } finally {
    store.close()
  }
}

const sayTaken = (taken: readonly string[]): string =>
  `settings that came with the backup and count from now on: ${taken.join(', ')}; homebird config shows them`

/** What this machine's home keeps; nothing where there is none, or none that can be read. */
function keptHere({
  dir,
  secrets,
}: Pick<RestoreNeeds, 'dir' | 'secrets'>): Partial<Record<SettingName, string>> {
  try {
    const store = openApplianceStore(dir, 'read', secrets.box)
    try {
      return store.settings()
    } finally {
      store.close()
    }
  } catch {
    return {} // a home whose settings are damaged is restored all the more
  }
}

/** Whether the home that is there has anything to lose. */
export function isHomeThere(dir: DataDir): boolean {
  return hasCluster(dir) || existsSync(join(dir.path, 'appliance.sqlite'))
}
