/**
 * What an appliance stands on before it starts anything: its folder, the lock on it, its settings and its store.
 * Everything that can be refused is checked before the first byte is written.
 */
import { existsSync, rmSync } from 'node:fs'
import { checkCacheFolders } from '../core/cache-folders.ts'
import { type ConfigSources, type LoadedConfig, loadConfig } from '../core/config.ts'
import {
  type DataDir,
  createDataDir,
  createRooms,
  dataDirAt,
  defaultDataDirHere,
  inspectDataDir,
} from '../core/data-dir.ts'
import { SETTINGS } from '../core/settings.ts'
import { type ApplianceStore, openApplianceStore } from './appliance-store.ts'
import { finishTakingBack } from './copies/take-back.ts'
import { copyBeforeNewVersion } from './copies/take-copy.ts'
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts'
import { type RuntimeFolder, openRuntimeFolder } from './runtime-folder.ts'

/** For the journal, which does not exist yet when it is said. */
interface Notice {
  readonly level: 'info' | 'warn'
  readonly message: string
}

export interface GroundWatch {
  /** That copy begins. */
  readonly copies?: (() => void) | undefined
  /** The copy before the first start of another version: bytes that lie in it, of how many. */
  readonly copying?: ((doneBytes: number, totalBytes: number) => void) | undefined
  /** Breaks such a copy off. */
  readonly signal?: AbortSignal | undefined
}

export interface Ground {
  /** What was done before there was a journal. */
  readonly said: readonly Notice[]
  readonly dir: DataDir
  readonly loaded: LoadedConfig
  readonly store: ApplianceStore
  readonly runtime: RuntimeFolder
  /** Says in the file beside the lock where the appliance answers. */
  announce(): void
  /** Closes the store, removes the runtime folder and frees the lock, in this order. */
  release(): void
}

export type GroundSources = Pick<ConfigSources, 'env' | 'commandLine'>

/** The folder that these sources name; touches no disk. @throws HomebirdError SETTING_INVALID */
export function chosenDataDir(sources: GroundSources): DataDir {
  const { config } = loadConfig(sources)
  return dataDirAt(config.dataDir ?? defaultDataDirHere(sources.env))
}

/** As `chosenDataDir`, also when other settings are wrong: where to look for what went before. */
export function homeFolder({ env, commandLine }: GroundSources): string {
  const named = commandLine?.dataDir ?? env[SETTINGS.dataDir.env]
  return dataDirAt(named === undefined || named === '' ? defaultDataDirHere(env) : named).path
}

/** Settings with the stored ones, without taking the lock or changing anything. @throws HomebirdError SETTING_INVALID */
export function readSettings(sources: GroundSources): {
  readonly dir: DataDir
  readonly loaded: LoadedConfig
} {
  const dir = chosenDataDir(sources)
  const loaded = loadWithStore(sources, dir)
  checkCacheFolders(loaded.config, dir)
  return { dir, loaded }
}

function loadWithStore(sources: GroundSources, dir: DataDir): LoadedConfig {
  if (!existsSync(dir.applianceDatabase)) return loadConfig(sources)
  const store = openApplianceStore(dir, 'read')
  try {
    return loadConfig({ ...sources, store: store.settings() })
  } finally {
    store.close()
  }
}

/**
 * @param check  looks at what the settings ask for (ports, database) before anything is written; `wasKilled` says
 *   that the last appliance here did not stop in order
 * @throws HomebirdError DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, SETTING_INVALID, SCHEMA_NEWER, STORAGE_FULL, and what `check`
 *   throws
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
    if (lock !== null) finishTakingBack(dir)
    const { loaded } = readSettings(sources)
    const checked = await check(loaded, wasKilled)
    createDataDir(dir.path)
    lock ??= lockDataDir(dir)
    const startedAt = new Date().toISOString()
    lock.describe({ pid: process.pid, startedAt, controlSocket: null })
    const said: Notice[] = []
    await copyBeforeNewVersion(dir, {
      hasExternalDatabase: loaded.config.databaseUrl !== null,
      notice: (level, message) => said.push({ level, message }),
      begins: watch.copies,
      progress: watch.copying,
      signal: watch.signal,
    })
    const ground = furnish(dir, loaded, lock, sources.env, startedAt)
    return { ground: { ...ground, said }, checked }
  } catch (error) {
    lock?.release()
    throw error
  }
}

function furnish(
  dir: DataDir,
  loaded: LoadedConfig,
  lock: DataDirLock,
  env: GroundSources['env'],
  startedAt: string,
): Omit<Ground, 'said'> {
  createRooms(dir)
  const runtime = openRuntimeFolder(dir.path, { env, uid: process.getuid?.() ?? null })
  const store = openApplianceStore(dir)
  return {
    dir,
    loaded,
    store,
    runtime,
    announce: () => lock.describe({ pid: process.pid, startedAt, controlSocket: runtime.controlSocket }),
    release() {
      store.close()
      rmSync(runtime.path, { recursive: true, force: true })
      lock.release()
    },
  }
}
