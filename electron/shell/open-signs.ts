/** Everything by which the shell shows the home outside of its windows, and by which it is told what to do: opened in one go. */
import { join } from 'node:path'
import type { UpdatesBridge } from '../../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'
import { type HomeWatch, openHomeWatch } from '../home/home-watch.ts'
import type { KeptHome } from '../home/kept-home.ts'
import { watchSupervisor } from '../home/supervisor-state.ts'
import type { OwnerSession } from '../protocol/owner-session.ts'
import type { MainWindows } from '../windows/main-window.ts'
import { openActs } from './acts.ts'
import { openBadge } from './badge.ts'
import { type DeepLinks, type EarlyLinks, openDeepLinks } from './deep-links.ts'
import { openMenus } from './menu.ts'
import { openNotifications } from './notifications.ts'
import { ownLaunch } from './own-launch.ts'
import { openQuickTasks } from './quick-tasks.ts'
import type { ShellStore } from './shell-store.ts'
import { startAgain } from './start-again.ts'
import { openTray } from './tray.ts'
import type { Words } from './words.ts'

type Parts = Pick<
  ElectronParts,
  | ('app' | 'BrowserWindow' | 'dialog' | 'Menu' | 'nativeImage')
  | ('nativeTheme' | 'Notification' | 'powerMonitor' | 'Tray')
>

interface SignNeeds {
  readonly home: Pick<KeptHome, 'stage' | 'onStage' | 'onEvent'>
  readonly session: Pick<OwnerSession, 'ask'>
  readonly windows: Pick<MainWindows, 'openAnother' | 'command'>
  readonly updates: Pick<UpdatesBridge, 'state' | 'check' | 'install' | 'onState'>
  readonly words: Words
  readonly store: ShellStore
  /** Brings forward what there is to see. */
  readonly show: () => void
  readonly earlyLinks: EarlyLinks
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly places: { readonly resourcesDir: string }
  /** For the journal. */
  readonly noticed: (message: string) => void
}

export interface Signs extends Pick<DeepLinks, 'take'>, Disposable {
  readonly watch: Pick<HomeWatch, 'view' | 'onView'>
}

export function openSigns(parts: Parts, needs: SignNeeds): Signs {
  const { home, session, env, places, argv } = needs
  const rooms = new DisposableStack()
  const supervisor = rooms.use(watchSupervisor(home))
  const watch = openHomeWatch({
    ask: (asked) => session.ask(asked),
    supervisor: () => supervisor.now(),
  })
  rooms.defer(() => watch.close())
  supervisor.onChange(() => watch.look())
  parts.powerMonitor.on('resume', () => watch.look())
  const now = (): Date => new Date()
  const relaunch = (): void => startAgain(parts, { argv, env })
  const acts = openActs(parts, { ...needs, watch, now, relaunch })
  const iconDir = join(places.resourcesDir, 'icons', 'tray')
  const shared = { ...needs, watch, acts, now, iconDir, launch: ownLaunch(parts) }
  rooms.use(openMenus(parts, { ...shared, version: parts.app.getVersion() }))
  rooms.use(openTray(parts, { ...shared, desktop: env['XDG_CURRENT_DESKTOP'] }))
  rooms.use(openBadge(parts, shared))
  rooms.use(openNotifications(parts, shared))
  openQuickTasks(parts, shared)
  const links = rooms.use(openDeepLinks(parts, needs.earlyLinks, shared))
  return {
    watch,
    take: (given) => links.take(given),
    [Symbol.dispose]: () => rooms.dispose(),
  }
}
