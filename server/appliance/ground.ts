/**
 * What an appliance stands on before it starts anything: its folder, the lock on it, its settings and its store.
 * Everything that can be refused is checked before the first byte is written.
 */
import { existsSync, rmSync } from 'node:fs'
import { checkCacheFolders } from '../core/cache-folders.ts'
import { readConfigFile } from '../core/config-file.ts'
import { type ConfigSources, type LoadedConfig, loadConfig } from '../core/config.ts'
import {
  type DataDir,
  createDataDir,
  createRooms,
  dataDirAt,
  defaultDataDirHere,
  inspectDataDir,
} from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { PLAIN_BOX, type SecretBox, SecretFolder } from '../core/secret-box.ts'
import { SETTINGS, type SettingName } from '../core/settings.ts'
import { type ApplianceStore, openApplianceStore } from './appliance-store.ts'
import { plainCopies, sayPlainCopies } from './copies/plain-copies.ts'
import { finishExchangeAtRest } from './copies/change-places.ts'
import { copyBeforeNewVersion, keepNewestReplaced } from './copies/take-copy.ts'
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts'
import { makeRoomToStart } from './disk/disk-watch.ts'
import { ReserveFile } from './disk/reserve-file.ts'
import { clearIncoming } from './keeping/incoming.ts'
import { clusterMajors } from './keeping/old-programs.ts'
import { mediaFolderOf, takeInMedia } from './keeping/take-in-media.ts'
import { type RuntimeFolder, openRuntimeFolder } from './runtime-folder.ts'
import { Seal } from './seal.ts'
import { requireLostSettings } from './seal-file.ts'
import type { Sealer } from './sealer.ts'

/** For the journal, which does not exist yet when it is said. */
interface Notice {
  readonly level: 'info' | 'warn'
  readonly message: string
}

export interface GroundWatch {
  /** The keychain, in the desktop app; without one a sealed home is refused. */
  readonly sealer?: Sealer | null | undefined
  /** That copy begins. */
  readonly copies?: (() => void) | undefined
  /** The copy before the first start of another version: bytes that lie in it, of how many. */
  readonly copying?: ((doneBytes: number, totalBytes: number) => void) | undefined
  /** Breaks such a copy off. */
  readonly signal?: AbortSignal | undefined
}

export interface Ground {
  /** What was done before there was a journal; it is said there when the home starts. */
  readonly said: Notice[]
  readonly dir: DataDir
  readonly loaded: LoadedConfig
  readonly store: ApplianceStore
  readonly seal: Seal
  readonly secrets: SecretFolder
  readonly runtime: RuntimeFolder
  /** Says in the file beside the lock where the appliance answers. */
  announce(): void
  /** Closes the store, removes the runtime folder and frees the lock, in this order. */
  release(): void
}

export type GroundSources = Pick<ConfigSources, 'env' | 'commandLine'>

/** All that is said from outside of the home. */
export type OutsideSources = Omit<ConfigSources, 'store' | 'sealed'>

/** With the variables of the file that the environment names, or that lies in the folder. */
export function withConfigFile(sources: GroundSources): OutsideSources {
  const { values, warnings } = readConfigFile({ env: sources.env, dataDir: homeFolder(sources) })
  return { ...sources, file: values, fileWarnings: warnings }
}

/** The folder that these sources name; of the disk only the file of variables is read. @throws HomebirdError SETTING_INVALID */
export function chosenDataDir(sources: GroundSources): DataDir {
  const { config } = loadConfig(withConfigFile(sources))
  return dataDirAt(config.dataDir ?? defaultDataDirHere(sources.env))
}

/** As `chosenDataDir`, also when other settings are wrong: where to look for what went before. */
export function homeFolder({ env, commandLine }: GroundSources): string {
  const named = commandLine?.dataDir ?? env[SETTINGS.dataDir.env]
  return dataDirAt(named === undefined || named === '' ? defaultDataDirHere(env) : named).path
}

/** Settings with the stored ones, without taking the lock or changing anything. @throws HomebirdError SETTING_INVALID */
export function readSettings(
  sources: GroundSources,
  box = PLAIN_BOX,
): {
  readonly dir: DataDir
  readonly loaded: LoadedConfig
} {
  const dir = chosenDataDir(sources)
  const loaded = loadWithStore(sources, dir, box)
  checkCacheFolders(loaded.config, dir)
  return { dir, loaded }
}

function loadWithStore(given: GroundSources, dir: DataDir, box: SecretBox): LoadedConfig {
  const sources = withConfigFile(given)
  if (!existsSync(dir.applianceDatabase)) return loadConfig(sources)
  const store = openApplianceStore(dir, 'read', box)
  try {
    const sealed = box.key === null ? new Set(store.sealedSettings().keys()) : new Set<SettingName>()
    return loadConfig({ ...sources, store: store.settings(), sealed })
  } finally {
    store.close()
  }
}

/**
 * @param check  looks at what the settings ask for (ports, database) before anything is written; `wasKilled` says
 *   that the last appliance here did not stop in order
 * @throws HomebirdError DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, SECRETS_SEALED, SETTING_INVALID, SCHEMA_NEWER, STORAGE_FULL, and
 *   what `check` throws
 */
export async function openGround<T>(
  sources: GroundSources,
  check: (loaded: LoadedConfig, wasKilled: boolean) => Promise<T>,
  watch: GroundWatch = {},
): Promise<{ readonly ground: Ground; readonly checked: T }> {
  const dir = chosenDataDir(sources)
  inspectDataDir(dir.path)
  let lock: DataDirLock | null = existsSync(dir.lockFile) ? lockDataDir(dir) : null
  try {
    const wasKilled = lock !== null && existsSync(dir.pidFile)
    const said: Notice[] = []
    const notice = (level: Notice['level'], message: string): void => void said.push({ level, message })
    if (lock !== null) await takePlaces(dir, notice)
    if (lock !== null && makeRoomToStart(dir.path, new ReserveFile(dir.reserve)))
      notice('warn', `${dir.path} is full: the home starts with the room that it held in reserve`)
    const seal = await Seal.open(dir, watch.sealer ?? null, notice)
    const { loaded } = readSettings(sources, seal.box)
    refuseForeignDatabase(dir, loaded)
    requireLostSettings(seal.state.lost, (name) => loaded.origins[name].from !== 'default')
    const checked = await check(loaded, wasKilled)
    createDataDir(dir.path)
    lock ??= lockDataDir(dir)
    const startedAt = new Date().toISOString()
    lock.describe({ pid: process.pid, startedAt, controlSocket: null })
    await clearIncoming(dir, new SecretFolder(dir.secrets, seal.box), notice)
    await takeInMedia(dir, mediaFolderOf(loaded.config, dir))
    await copyBeforeNewVersion(dir, {
      hasExternalDatabase: loaded.config.databaseUrl !== null,
      secrets: new SecretFolder(dir.secrets, seal.box),
      notice,
      begins: watch.copies,
      progress: watch.copying,
      signal: watch.signal,
    })
    createRooms(dir)
    await sealFirst(dir, seal, notice)
    const ground = furnish({ dir, loaded, lock, env: sources.env, startedAt, seal, said })
    return { ground, checked }
  } catch (error) {
    lock?.release()
    throw error
  }
}

/**
 * A home that has a database of its own is not led to another one by a variable that often stands there for psql.
 * @throws HomebirdError SETTING_INVALID
 */
export function refuseForeignDatabase(dir: DataDir, { origins: { databaseUrl } }: LoadedConfig): void {
  if (!('variable' in databaseUrl) || databaseUrl.variable !== 'PGHOST') return
  if (clusterMajors(dir).length === 0) return
  throw new HomebirdError(
    'SETTING_INVALID',
    `PGHOST names a database of another program or machine, but this home has one of its own in ${dir.postgres}; ` +
      `run this without PGHOST, or say in ${SETTINGS.databaseUrl.env} which one is meant: empty for the home's own, or the address of the other`,
  )
}

/** What was laid ready for this start takes the place of the home. */
async function takePlaces(
  dir: DataDir,
  notice: (level: Notice['level'], message: string) => void,
): Promise<void> {
  const exchanged = await finishExchangeAtRest(dir, notice)
  if (exchanged?.from !== 'incoming') return
  keepNewestReplaced(dir, new Date())
  const kept =
    exchanged.replaced === null
      ? ''
      : `; what stood here is kept, take it back with: homebird copies restore ${exchanged.replaced}`
  notice('info', `restored from ${exchanged.name}${kept}`)
}

/** Says what is not sealed with the home when its seal is made. */
async function sealFirst(
  dir: DataDir,
  seal: Seal,
  notice: (level: Notice['level'], message: string) => void,
): Promise<void> {
  const keyBefore = seal.state.key
  await seal.prepare()
  if (seal.state.key === keyBefore) return
  try {
    const plain = plainCopies(dir)
    if (plain.length > 0) notice('warn', sayPlainCopies(dir, plain))
  } catch (error) {
    // The home itself is sound; `homebird secrets` looks again.
    notice('warn', `whether older copies hold secrets as plain files cannot be seen: ${describeError(error)}`)
  }
}

interface Foundation extends Pick<Ground, 'dir' | 'loaded' | 'seal' | 'said'>, Pick<GroundSources, 'env'> {
  readonly lock: DataDirLock
  readonly startedAt: string
}

function furnish({ dir, loaded, lock, env, startedAt, seal, said }: Foundation): Ground {
  const runtime = openRuntimeFolder(dir.path, { env, uid: process.getuid?.() ?? null })
  const store = openStore(dir, runtime, seal)
  return {
    said,
    dir,
    loaded,
    store,
    seal,
    secrets: new SecretFolder(dir.secrets, seal.box),
    runtime,
    announce: () => lock.describe({ pid: process.pid, startedAt, controlSocket: runtime.controlSocket }),
    release() {
      const saidBefore = said.length
      seal.finish(store)
      journalLast(store, said.slice(saidBefore))
      store.close()
      rmSync(runtime.path, { recursive: true, force: true })
      lock.release()
    },
  }
}

/** With every secret in its form. Where that fails nothing stays open, as whoever started it may try again. */
function openStore(dir: DataDir, runtime: RuntimeFolder, seal: Seal): ApplianceStore {
  let store: ApplianceStore | null = null
  try {
    store = openApplianceStore(dir, 'write', seal.box)
    seal.convert(store)
    return store
  } catch (error) {
    store?.close()
    rmSync(runtime.path, { recursive: true, force: true })
    throw error
  }
}

/** What is said when everything else has ended already. */
function journalLast(store: Pick<ApplianceStore, 'journal'>, lines: readonly Notice[]): void {
  try {
    for (const line of lines) store.journal({ ...line, part: 'appliance' })
  } catch {
    // As on a full disk: the next start finds the same and says it again.
  }
}
