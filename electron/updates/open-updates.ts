/** Finds out whether and how this Homebird can be replaced by a newer one, and opens the room that does it. */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { measureHomeCopy } from '../../server/appliance/index.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { HomeStage, KeptHome } from '../home/kept-home.ts'
import { startAgain } from '../shell/start-again.ts'
import { UPDATE_FEED_FILE, type UpdateFeed, parseUpdateFeed } from './update-feed.ts'
import { type PackageKind, openUpdaterEngine } from './updater-engine.ts'
import { type Updates, type UpdatesNeeds, openUpdates } from './updates.ts'

interface AppUpdatesNeeds extends Pick<UpdatesNeeds, 'store' | 'isMetered'> {
  readonly platform: NodeJS.Platform
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the bundle: there the feed is written. */
  readonly places: { readonly resourcesDir: string }
  readonly home: Pick<KeptHome, 'dataDir' | 'stage'>
  /** A copy is being taken back. */
  readonly isRestoring: () => boolean
  readonly notice: (message: string) => void
}

const NEWEST = 'updates.newest'

export function openAppUpdates({ app }: Pick<ElectronParts, 'app'>, needs: AppUpdatesNeeds): Updates {
  const { argv, env, store, platform, home, notice, isMetered } = needs
  // Where electron-builder writes about the package; beside the bundle.
  const besides = dirname(app.getAppPath())
  const kind = findPackageKind({ platform, env, isPackaged: app.isPackaged, folder: besides })
  const found = kind.is === 'none' ? null : findFeed(needs.places.resourcesDir)
  const relaunch = (): void => startAgain({ app }, { argv, env })
  const engine =
    kind.is === 'none' || found === null || typeof found === 'string'
      ? null
      : openUpdaterEngine({
          feed: found,
          kind: kind.is,
          platform,
          arch: process.arch,
          appImage: env['APPIMAGE'],
          seen: {
            current: app.getVersion(),
            newest: () => textOrNull(store.get(NEWEST)),
            keepNewest: (version) => store.set(NEWEST, version),
          },
          appUpdateConfig: join(besides, 'app-update.yml'),
          cacheFolder: join(home.dataDir, 'cache', 'updates'),
          relaunch,
          // What it tells of its own steps is in the journal by ours.
          log: () => undefined,
        })
  return openUpdates({
    store,
    isMetered,
    busyWith: () => (needs.isRestoring() ? 'restore' : busyWith(home.stage)),
    roomForCopy: () => measureHomeCopy({ env }),
    log: (_level, message) => notice(message),
    version: app.getVersion(),
    engine,
    whyOff: kind.why ?? (typeof found === 'string' ? found : ''),
    clock: { now: Date.now, after: afterMs, chance: Math.random },
    quit: () => app.quit(),
    relaunch,
  })
}

/** What must not be broken off now; whatever else the home is doing, it stops in order. */
function busyWith(stage: HomeStage): 'start' | 'backup' | 'restore' | null {
  if (stage.kind === 'starting') return 'start'
  return stage.kind === 'running' ? stage.appliance.busyWith() : null
}

interface PackageFacts {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isPackaged: boolean
  readonly folder: string
}

/** How this Homebird came here, and why it cannot be replaced from within where that is so. */
export function findPackageKind(facts: PackageFacts): { is: PackageKind; why: string | null } {
  const { platform, env, isPackaged, folder } = facts
  const none = (why: string): { is: PackageKind; why: string } => ({ is: 'none', why })
  if (!isPackaged)
    return none('This is not an installed Homebird: whoever brought its files brings newer ones.')
  if (platform === 'darwin') return { is: 'mac', why: null }
  if (platform === 'win32') return { is: 'nsis', why: null }
  if (isAbsolute(env['APPIMAGE'] ?? '')) return { is: 'appimage', why: null }
  const named = readText(join(folder, 'package-type'))?.trim()
  if (named === 'deb' || named === 'rpm') return { is: named, why: null }
  return none('This Homebird came neither as an AppImage nor as a package of this system.')
}

/** @returns the feed, or why there is none */
export function findFeed(resourcesDir: string): UpdateFeed | string {
  const text = readText(join(resourcesDir, UPDATE_FEED_FILE))
  if (text === null) return 'This build names no place to look for newer versions.'
  try {
    return parseUpdateFeed(JSON.parse(text))
  } catch (error) {
    return `The place to look for newer versions cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // not there, or nothing that can be read: the same for whoever asks
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Nobody stays for a look at the feed. */
function afterMs(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
