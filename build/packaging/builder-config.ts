/** What electron-builder makes of the staged program: which files, beside what, for which systems, with whose signature. */
import { join } from 'node:path'
import type { AfterPackContext, Configuration } from 'electron-builder'
import { DEEP_LINK_SCHEMES } from '../../electron/shell/deep-links.ts'
import { updateChannel } from '../../electron/updates/signed-feed.ts'
import { updateFeedOf } from '../update-feed.ts'
import { setFuses } from './fuses.ts'
import { desktopFile } from './desktop-file.ts'
import { ROOT, STAGED_APP, STAGED_ICONS, STAGED_NOTICES, STAGED_POSTGRES, type Target } from './places.ts'

export interface PackOptions {
  readonly target: Target
  readonly version: string
  readonly electronVersion: string
  /** Electron's own files, unpacked, where they are not to be fetched. */
  readonly electronDist?: string
  /** Where results go. */
  readonly out: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const APP_ID = 'org.homebird.Homebird'
/** Machine code cannot be loaded from within the archive. */
const UNPACKED = ['node_modules/better-sqlite3', 'node_modules/@img', 'node_modules/@node-rs'].map(
  (folder) => `${folder}/**`,
)

export function builderConfig(options: PackOptions): Configuration {
  const { target, electronVersion, electronDist, out, env } = options
  const feed = updateFeedOf(env)
  return {
    appId: APP_ID,
    productName: 'Homebird',
    copyright: 'AGPL-3.0-or-later',
    electronVersion,
    ...(electronDist === undefined ? {} : { electronDist }),
    directories: { app: STAGED_APP, output: out, buildResources: STAGED_ICONS },
    // Its packages are staged already, and only those that are needed.
    files: ['**/*', { from: join(STAGED_APP, 'node_modules'), to: 'node_modules', filter: ['**/*'] }],
    beforeBuild: () => Promise.resolve(false),
    asar: true,
    asarUnpack: UNPACKED,
    extraResources: [
      { from: STAGED_POSTGRES, to: 'postgres' },
      { from: STAGED_NOTICES, to: 'notices' },
    ],
    electronLanguages: ['en', 'de', 'ar'],
    // Of our own @electron/fuses, which knows all of them; electron-builder brings an older one.
    electronFuses: null,
    afterPack: (context) => setFuses(electronBinary(context), needsAdHocSignature(target, env)),
    // Nothing is uploaded from here. With a feed electron-builder writes the manifests that are then signed.
    publish:
      feed === null
        ? null
        : [{ provider: 'generic', url: feed.url, channel: updateChannel(target.platform, target.arch) }],
    artifactName: 'homebird-${version}-${os}-${arch}.${ext}',
    protocols: [{ name: 'Homebird', schemes: [...DEEP_LINK_SCHEMES] }],
    ...linux(options),
    ...macos(options),
    ...windows(),
  }
}

/** Where the fuses are, by platform. */
function electronBinary({ appOutDir, electronPlatformName, packager }: AfterPackContext): string {
  const { productFilename } = packager.appInfo
  if (electronPlatformName === 'darwin') return join(appOutDir, `${productFilename}.app`)
  if (electronPlatformName === 'win32') return join(appOutDir, `${productFilename}.exe`)
  return join(appOutDir, 'homebird')
}

/** Apple silicon starts nothing without a signature, and that of Electron's makers breaks when its binary is changed. */
function needsAdHocSignature({ platform, arch }: Target, env: PackOptions['env']): boolean {
  return platform === 'darwin' && arch === 'arm64' && !isSignedForMac(env)
}

function isSignedForMac(env: PackOptions['env']): boolean {
  return env['CSC_LINK'] !== undefined || env['CSC_NAME'] !== undefined
}

function linux({ env }: PackOptions): Configuration {
  const maintainer = env['HOMEBIRD_MAINTAINER'] ?? 'Homebird <nobody@homebird.invalid>'
  return {
    linux: {
      target: ['AppImage', 'deb', 'rpm'],
      executableName: 'homebird',
      icon: join(STAGED_ICONS, 'linux'),
      category: 'Network',
      synopsis: 'A home for one person in the fediverse',
      maintainer,
      vendor: 'Homebird',
      syncDesktopName: true,
      desktop: desktopFile(),
    },
    deb: {
      packageCategory: 'net',
      compression: 'xz',
      // Electron needs the first ones; without the others it has no tray, and keeps secrets less well.
      depends: ['libgtk-3-0', 'libnss3', 'libxss1', 'libxtst6', 'xdg-utils', 'libatspi2.0-0', 'libuuid1'],
      recommends: ['libnotify4', 'libsecret-1-0', 'libayatana-appindicator3-1'],
    },
    rpm: { compression: 'xz' },
  }
}

function macos({ env }: PackOptions): Configuration {
  const isSigned = isSignedForMac(env)
  return {
    mac: {
      target: ['dmg', 'zip'],
      category: 'public.app-category.social-networking',
      icon: join(STAGED_ICONS, 'icon.icns'),
      hardenedRuntime: true,
      gatekeeperAssess: false,
      entitlements: join(ROOT, 'build', 'packaging', 'macos', 'entitlements.plist'),
      entitlementsInherit: join(ROOT, 'build', 'packaging', 'macos', 'entitlements.inherit.plist'),
      // Needs a signature and somebody's account at Apple: APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER.
      notarize: isSigned && env['APPLE_API_KEY'] !== undefined,
      ...(isSigned ? {} : { identity: null }),
      // Signed when they are staged, before their hashes are taken.
      signIgnore: ['/Contents/Resources/postgres/'],
      extendInfo: { LSMinimumSystemVersion: '12.0', NSLocalNetworkUsageDescription: LOCAL_NETWORK },
    },
    dmg: { sign: false },
  }
}

const LOCAL_NETWORK = 'Homebird answers apps on your own devices when you connect a phone at home.'

function windows(): Configuration {
  return {
    win: {
      target: ['nsis'],
      icon: join(STAGED_ICONS, 'icon.ico'),
    },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowElevation: false,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
      shortcutName: 'Homebird',
      createDesktopShortcut: false,
    },
  }
}
