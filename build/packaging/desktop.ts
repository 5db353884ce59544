/** Packs the staged program with electron-builder, for the system that this runs on. */
import { join } from 'node:path'
import { Arch, Platform, build } from 'electron-builder'
import { builderConfig } from './builder-config.ts'
import { makeIcons } from './icons.ts'
import { writeNotices } from './notices.ts'
import { ROOT, STAGED_ICONS, STAGED_NOTICES, type Target } from './places.ts'
import { ownManifest, stage } from './stage.ts'

const PLATFORMS = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS }
const ARCHES = { x64: Arch.x64, arm64: Arch.arm64 }

export interface DesktopOptions {
  readonly target: Target
  /** Only the folder that an installer would install. */
  readonly isFolderOnly: boolean
  /** Electron's files, unpacked, where they are not to be fetched. */
  readonly electronDist?: string
  /** Where results go. */
  readonly out: string
}

/** @returns the paths of what was made; none for a folder */
export async function packDesktop(options: DesktopOptions): Promise<readonly string[]> {
  const { target, isFolderOnly, electronDist, out } = options
  await stage(target)
  await makeIcons(STAGED_ICONS)
  await writeNotices(STAGED_NOTICES)
  const { version, devDependencies } = ownManifest()
  const config = builderConfig({
    target,
    version,
    electronVersion: devDependencies['electron'] ?? '',
    ...(electronDist === undefined ? {} : { electronDist }),
    out,
    env: process.env,
  })
  const targets = PLATFORMS[target.platform].createTarget(isFolderOnly ? ['dir'] : null, ARCHES[target.arch])
  return build({ projectDir: ROOT, targets, config, publish: 'never' })
}

/** The program in a packed folder. */
export function packedProgram(out: string, target: Target): string {
  const folder = packedFolder(out, target)
  if (target.platform === 'darwin') return join(folder, 'Homebird.app', 'Contents', 'MacOS', 'Homebird')
  return join(folder, target.platform === 'win32' ? 'Homebird.exe' : 'homebird')
}

/** Where a packed folder lies below the results. */
export function packedFolder(out: string, { platform, arch }: Target): string {
  const suffix = arch === 'x64' ? '' : `-${arch}`
  if (platform === 'darwin') return join(out, `mac${suffix}`)
  return join(out, `${platform === 'win32' ? 'win' : 'linux'}${suffix}-unpacked`)
}
