/** Looks into the feed: manifest and signature, and which of them are believed. */
import { basename } from 'node:path'
import { type GetLimits, getBytes } from './bounded-get.ts'
import { MAX_SIGNATURE_BYTES, SIGNATURE_SUFFIX, isSigned } from './manifest-signature.ts'
import { MAX_MANIFEST_BYTES, type Manifest, readManifest } from './manifest.ts'
import type { UpdateFeed } from './update-feed.ts'
import { isNewer } from './version.ts'

/** The processor where electron-builder leaves it out of the manifest's name: the packings of two would have one. */
export function updateChannel(platform: NodeJS.Platform, arch: string): string {
  return platform === 'linux' || arch === 'x64' ? 'latest' : `latest-${arch}`
}

/** The manifests as electron-builder names them: one for each system and processor. */
export function manifestName(platform: NodeJS.Platform, arch: string): string {
  const channel = updateChannel(platform, arch)
  if (platform === 'darwin') return `${channel}-mac.yml`
  if (platform === 'win32') return `${channel}.yml`
  return `${channel}-linux${arch === 'x64' ? '' : `-${arch}`}.yml`
}

export interface SeenVersions {
  /** The running one. */
  readonly current: string
  /** The newest that ever came with a good signature, whether it was installed or not. */
  newest(): string | null
  keepNewest(version: string): void
}

const TIMES = { totalMs: 30_000, silenceMs: 15_000 }

/**
 * @returns the manifest of a version newer than the running one, or null where the running one is the newest
 * @throws Error saying what is wrong with the feed: not signed, older, read halfway, too large, too slow, away
 */
export async function lookIntoFeed(
  feed: UpdateFeed,
  name: string,
  seen: SeenVersions,
  times: Omit<GetLimits, 'maxBytes'> = TIMES,
): Promise<Manifest | null> {
  const url = new URL(name, feed.url)
  // The manifest itself comes from the feed's own origin: whoever can lead elsewhere can also take things away.
  const read = (path: string, maxBytes: number): Promise<Buffer> =>
    getBytes({
      url: new URL(path, feed.url),
      limits: { ...times, maxBytes },
      mayAsk: (asked) => asked.origin === feed.url.origin,
    })
  const bytes = await read(name, MAX_MANIFEST_BYTES)
  const signatures = await read(`${name}${SIGNATURE_SUFFIX}`, MAX_SIGNATURE_BYTES)
  if (!isSigned(basename(name), bytes, signatures.toString('latin1'), feed.keys)) {
    throw new Error(`${url.href} is not signed by whoever made this version; nothing of it was used`)
  }
  const manifest = readManifest(bytes, url)
  refuseReplay(manifest, seen)
  return isNewer(manifest.version, seen.current) ? manifest : null
}

/** An old manifest keeps its good signature for ever; whoever shows it again would hold back what came after. */
function refuseReplay({ version }: Manifest, seen: SeenVersions): void {
  if (isNewer(seen.current, version)) {
    throw new Error(
      `the feed offers ${version}, which is older than the running ${seen.current}; it was refused`,
    )
  }
  const newest = seen.newest()
  if (newest !== null && isNewer(newest, version)) {
    throw new Error(`the feed offers ${version} though it has offered ${newest} before; it was refused`)
  }
  if (newest === null || isNewer(version, newest)) seen.keepNewest(version)
}
