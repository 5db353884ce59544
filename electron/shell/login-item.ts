/**
 * Whether the home starts when the person logs in: a login item of macOS and Windows, an autostart file on Linux. It starts
 * without a window then.
 * @see Desktop Application Autostart Specification; Desktop Entry Specification, "The Exec key"
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeFileAtomically } from '../../server/appliance/index.ts'
import type { LoginChoice } from '../../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'
import { type OwnLaunch, ownLaunch } from './own-launch.ts'

/** Without a window: the home alone. */
export const HIDDEN_ARGUMENT = '--hidden'

interface LoginItemNeeds {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** How this shell is started; an AppImage is started by its file. */
  readonly launch?: OwnLaunch
}

/** @returns null where the system cannot start programs at login */
export function openLoginItem(
  { app }: Pick<ElectronParts, 'app'>,
  { platform, env, launch = ownLaunch({ app }) }: LoginItemNeeds,
): LoginChoice | null {
  if (platform === 'linux') return autostartFile(env, app.getPath('home'), launch)
  return platform === 'darwin' || platform === 'win32' ? systemItem(app, platform, launch) : null
}

/** Whether this start is that of the login, which opens no window. */
export function startsHidden(
  { app }: Pick<ElectronParts, 'app'>,
  platform: NodeJS.Platform,
  argv: readonly string[],
): boolean {
  if (argv.includes(HIDDEN_ARGUMENT)) return true
  return platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin
}

function systemItem(app: ElectronParts['app'], platform: 'darwin' | 'win32', launch: OwnLaunch): LoginChoice {
  // macOS starts the program itself, without arguments; Windows what its registry names.
  const how = platform === 'win32' ? { path: launch.path, args: [...launch.args, HIDDEN_ARGUMENT] } : {}
  return {
    isOn: async () => app.getLoginItemSettings(how).openAtLogin,
    async setOn(isOn) {
      app.setLoginItemSettings({ openAtLogin: isOn, ...how })
      const { openAtLogin, status } = app.getLoginItemSettings(how)
      if (openAtLogin === isOn) return
      throw new Error(
        status === 'requires-approval'
          ? 'macOS wants to be asked: allow Homebird in System Settings, General, Login Items'
          : 'the system kept its list of programs that start at login as it was',
      )
    },
  }
}

function autostartFile(env: LoginItemNeeds['env'], homeDir: string, launch: OwnLaunch): LoginChoice {
  const configured = env['XDG_CONFIG_HOME'] ?? ''
  // The specification has relative ones ignored.
  const base = configured.startsWith('/') ? configured : join(homeDir, '.config')
  const path = join(base, 'autostart', 'homebird.desktop')
  const program = env['APPIMAGE'] ?? launch.path
  const args = env['APPIMAGE'] === undefined ? launch.args : []
  const wanted = autostartEntry([program, ...args, HIDDEN_ARGUMENT])
  return {
    async isOn() {
      const entry = await readEntry(path)
      return entry !== null && !isSwitchedOff(entry)
    },
    async setOn(isOn) {
      try {
        if (!isOn) await rm(path, { force: true })
        else {
          await mkdir(dirname(path), { recursive: true })
          writeFileAtomically(path, wanted, 0o644)
        }
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new Error(`${path} cannot be ${isOn ? 'written' : 'removed'}: ${why}`, { cause })
      }
    },
  }
}

async function readEntry(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Desktops keep a file and switch it off by a key. */
const isSwitchedOff = (entry: string): boolean =>
  /^\s*(?:Hidden\s*=\s*true|X-GNOME-Autostart-enabled\s*=\s*false)\s*$/m.test(entry)

export function autostartEntry(command: readonly string[]): string {
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    'Name=Homebird',
    'Comment=A home for one person in the fediverse',
    `Exec=${execKey(command)}`,
    'Icon=homebird',
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
  ]
  return `${lines.join('\n')}\n`
}

/** Each argument in quotes, and then as a string of a desktop file, in which a backslash is written twice. */
export function execKey(command: readonly string[]): string {
  const quoted = command.map((argument) => {
    if (/\p{Cc}/u.test(argument)) {
      throw new Error(`${JSON.stringify(argument)} has control characters and cannot stand in a desktop file`)
    }
    const escaped = argument.replace(/["`$\\]/g, (one) => `\\${one}`).replaceAll('%', '%%')
    return /^[\w@./+:=-]+$/.test(argument) ? argument : `"${escaped}"`
  })
  return quoted.join(' ').replaceAll('\\', '\\\\')
}
