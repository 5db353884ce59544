/**
 * electron-updater's own classes behind our signed feed: theirs is which file belongs to this system, the folder it is
 * brought to and how it is installed; ours is what is believed (`signed-feed.ts`) and every byte that is fetched.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AppUpdater, ResolvedUpdateFileInfo, UpdateInfo } from 'electron-updater'
import updaters from 'electron-updater'
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js'
import { AtomicAppImageUpdater } from './app-image-updater.ts'
import { type GetLimits, getStream } from './bounded-get.ts'
import { type Manifest, type ManifestFile, isAllowedPlace } from './manifest.ts'
import { type SeenVersions, lookIntoFeed, manifestName } from './signed-feed.ts'
import type { UpdateFeed } from './update-feed.ts'

/** How this program came to this computer; `none`: as something that cannot be replaced from within. */
export type PackageKind = 'appimage' | 'deb' | 'rpm' | 'nsis' | 'mac' | 'none'

export interface UpdaterEngine {
  /** @returns the newer version, or null. @throws Error saying what is wrong with the feed */
  look(): Promise<Manifest | null>
  /** Brings and checks the file of the version that `look` found last. @throws Error saying what is wrong with it */
  bring(tellPercent: (percent: number) => void): Promise<void>
  /** Whether it may be installed as the program ends, without a question of the system on the way. */
  readonly installsQuietly: boolean
  /**
   * Checks the brought file once more and hands it to the system; the program must end right after. Resolves when
   * nothing more is to be waited for.
   * @throws Error when the file is not the signed one any more, or the system refused
   */
  install(andRestart: boolean): Promise<void>
}

export interface EngineNeeds {
  readonly feed: UpdateFeed
  readonly kind: Exclude<PackageKind, 'none'>
  readonly platform: NodeJS.Platform
  readonly arch: string
  /** The file of the AppImage that runs; undefined where none does. */
  readonly appImage: string | undefined
  readonly seen: SeenVersions
  /** What electron-builder wrote beside the program: the name of the cache folder and, on Windows, the publisher. */
  readonly appUpdateConfig: string
  /** Below it the file waits until it is installed. */
  readonly cacheFolder: string
  /** Asks the program to start anew as it ends; used where no installer does. */
  readonly relaunch: () => void
  readonly log: (line: string) => void
  /** What is free where a folder lies; of the file system itself where it is not given. */
  readonly freeBytes?: (folder: string) => Promise<number>
  readonly limits?: { readonly look: Omit<GetLimits, 'maxBytes'>; readonly file: Omit<GetLimits, 'maxBytes'> }
}

/** A slow line may take hours; one that says nothing for a minute is gone. */
const FILE_TIMES = { totalMs: 6 * 3_600_000, silenceMs: 60_000 }
/** The home goes on writing meanwhile. */
const ROOM_TO_LEAVE_BYTES = 200_000_000
const MAC_INSTALL_MS = 60_000

/** The members of electron-updater's classes that are replaced; they are not public in its declarations. */
interface Inner {
  httpExecutor: unknown
  stagingUserIdPromise: unknown
}

export function openUpdaterEngine(needs: EngineNeeds): UpdaterEngine {
  let found: Manifest | null = null
  const look = async (): Promise<Manifest | null> => {
    const name = manifestName(needs.platform, needs.arch)
    found = await lookIntoFeed(needs.feed, name, needs.seen, needs.limits?.look)
    return found
  }
  let brought: { path: string; file: ManifestFile } | null = null
  const updater = createUpdater(needs, () => found)
  return {
    look,
    bring: async (tellPercent) => {
      if (found === null) throw new Error('there is no newer version to bring')
      brought = null
      const listen = ({ percent }: { percent: number }): void => tellPercent(percent)
      updater.on('download-progress', listen)
      try {
        // Asks our provider for the manifest that `look` has read, and compares versions once more.
        const result = await updater.checkForUpdates()
        if (result?.isUpdateAvailable !== true) throw new Error(`${found.version} is not for this system`)
        const [path = ''] = await updater.downloadUpdate()
        brought = { path, file: await findBrought(path, found) }
      } finally {
        updater.off('download-progress', listen)
      }
    },
    installsQuietly: needs.kind === 'appimage' || needs.kind === 'nsis',
    install: async (andRestart) => {
      if (brought === null) throw new Error('there is nothing to install yet')
      const { bytes, sha512 } = await readSums(brought.path)
      refuseOther(brought.file, bytes, sha512)
      await installBy(updater, andRestart)
    },
  }
}

function createUpdater(needs: EngineNeeds, found: () => Manifest | null): AppUpdater {
  const Kind = {
    deb: updaters.DebUpdater,
    rpm: updaters.RpmUpdater,
    nsis: updaters.NsisUpdater,
    mac: updaters.MacUpdater,
  }
  const app = {
    version: needs.seen.current,
    name: 'Homebird',
    isPackaged: true,
    appUpdateConfigPath: needs.appUpdateConfig,
    userDataPath: needs.cacheFolder,
    baseCachePath: needs.cacheFolder,
    whenReady: () => Promise.resolve(),
    relaunch: needs.relaunch,
    // Whoever asks for the installation ends the program, in its own order.
    quit: () => undefined,
    onQuit: () => undefined,
  }
  const updater: AppUpdater =
    needs.kind === 'appimage'
      ? new AtomicAppImageUpdater(needs.appImage ?? '', undefined, app)
      : new Kind[needs.kind](undefined, app)
  updater.logger = { info: needs.log, warn: needs.log, error: needs.log }
  // Its listeners are for tools; each failure also rejects what was called.
  updater.on('error', () => undefined)
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.allowDowngrade = false
  updater.disableWebInstaller = true
  // Every byte goes one way, whole and counted.
  updater.disableDifferentialDownload = true
  Object.assign(updater as unknown as Inner, {
    httpExecutor: fileExecutor(needs, found),
    // It would make up a number for this computer, keep it and send it along. Nobody gets one.
    stagingUserIdPromise: { value: Promise.resolve('') },
  })
  updater.setFeedURL({ provider: 'custom', updateProvider: providerOf(found) })
  return updater
}

/** Answers from the manifest that was verified; asks nobody itself. */
function providerOf(found: () => Manifest | null): UpdateProvider {
  const manifest = (): Manifest => {
    const current = found()
    if (current === null) throw new Error('there is no newer version')
    return current
  }
  return class SignedProvider extends updaters.Provider<UpdateInfo> {
    constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
      super(runtime)
    }

    override async getLatestVersion(): Promise<UpdateInfo> {
      const { version, releaseDate, minimumSystemVersion, files } = manifest()
      return {
        version,
        releaseDate,
        ...(minimumSystemVersion === null ? {} : { minimumSystemVersion }),
        files: files.map((file) => fileInfo(file)),
        path: files[0]?.url.href ?? '',
        sha512: files[0]?.sha512 ?? '',
      }
    }

    override resolveFiles(): ResolvedUpdateFileInfo[] {
      return manifest().files.map((file) => ({ url: file.url, info: fileInfo(file) }))
    }
  }
}

function fileInfo({ url, sha512, size, isAdminRightsRequired }: ManifestFile): UpdateInfo['files'][number] {
  return { url: url.href, sha512, size, ...(isAdminRightsRequired ? { isAdminRightsRequired } : {}) }
}

type UpdateProvider = new (_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) => unknown

interface FileRequest {
  readonly onProgress?: (progress: { percent: number }) => void
}

/** The part of electron-updater's HTTP that fetches a file; there is no other way out of it. */
function fileExecutor(needs: EngineNeeds, found: () => Manifest | null): unknown {
  return {
    download: async (url: URL, destination: string, request: FileRequest): Promise<string> => {
      const file = found()?.files.find((each) => each.url.href === url.href)
      if (file === undefined) throw new Error(`${url.href} is not in the signed manifest`)
      await fetchFile(file, destination, needs, (percent) => request.onProgress?.({ percent }))
      return destination
    },
  }
}

async function fetchFile(
  file: ManifestFile,
  destination: string,
  { feed, limits, freeBytes = freeBytesOf }: EngineNeeds,
  tellPercent: (percent: number) => void,
): Promise<void> {
  const free = await freeBytes(dirname(destination))
  if (free < file.size + ROOM_TO_LEAVE_BYTES) {
    throw new Error(
      `the new version needs ${megabytes(file.size + ROOM_TO_LEAVE_BYTES)} in ${dirname(destination)} and ` +
        `${megabytes(free)} are free; make room on that disk`,
    )
  }
  const hash = createHash('sha512')
  const handle = await open(destination, 'w', 0o600)
  let told = -1
  let bytes = 0
  try {
    await getStream(
      {
        url: file.url,
        limits: { ...(limits?.file ?? FILE_TIMES), maxBytes: file.size },
        mayAsk: (asked) => isAllowedPlace(asked, feed.url),
      },
      async (chunk) => {
        hash.update(chunk)
        await handle.writeFile(chunk)
        bytes += chunk.length
        const percent = Math.floor((100 * bytes) / file.size)
        if (percent > told) tellPercent(percent)
        told = percent
      },
    )
    await handle.sync()
  } finally {
    await handle.close()
  }
  refuseOther(file, bytes, hash.digest('base64'))
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`
}

/** What lay on the disk until now may have been changed by whoever can write there. */
async function readSums(path: string): Promise<{ bytes: number; sha512: string }> {
  const hash = createHash('sha512')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha512: hash.digest('base64') }
}

/** @returns which file of the manifest lies there */
async function findBrought(path: string, { files }: Manifest): Promise<ManifestFile> {
  const { sha512 } = await readSums(path)
  const file = files.find((each) => each.sha512 === sha512)
  if (file === undefined) throw new Error(`${path} is no file of the signed manifest`)
  return file
}

function refuseOther(file: ManifestFile, bytes: number, sha512: string): void {
  if (bytes !== file.size) {
    throw new Error(`${file.url.href} has ${bytes} bytes where its signed manifest says ${file.size}`)
  }
  if (sha512 !== file.sha512) {
    throw new Error(`${file.url.href} is not the file that was signed: its sha512 is another`)
  }
}

async function installBy(updater: AppUpdater, andRestart: boolean): Promise<void> {
  updater.autoRunAppAfterInstall = andRestart
  if (!(updater instanceof updaters.BaseUpdater)) return await installOnMac(updater)
  let refused: Error | null = null
  updater.once('error', (error) => (refused = error))
  const isStarted = updater.install(true, andRestart)
  if (!isStarted) throw refused ?? new Error('the system refused the installation')
}

/** Squirrel fetches the file from this process, checks its code signature and then ends the program by itself. */
async function installOnMac(updater: AppUpdater): Promise<void> {
  const refused = once(updater, 'error', { signal: AbortSignal.timeout(MAC_INSTALL_MS) })
  updater.quitAndInstall()
  const [error] = (await refused.catch((reason: unknown) => {
    throw new Error(`the system did not take the new version within ${MAC_INSTALL_MS / 1_000} s`, {
      cause: reason,
    })
  })) as [Error]
  throw error
}
