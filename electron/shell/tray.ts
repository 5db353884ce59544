/** The tray: an icon whose shape is the state of the home, and the few things that one wants without a window. */
import { join } from 'node:path'
import type { MenuItemConstructorOptions, Tray } from 'electron'
import type { UpdateState, UpdatesBridge } from '../../server/contracts/desktop-bridge.ts'
import { MOST_COUNTED } from '../../server/contracts/home-feed.ts'
import type { HomeCondition } from '../../server/contracts/home-state.ts'
import type { ElectronParts } from '../electron-parts.ts'
import { homeSentence } from '../home/home-sentence.ts'
import type { HomeView, HomeWatch } from '../home/home-watch.ts'
import type { ShellActs } from './acts.ts'
import { pauseEntry } from './pause-entry.ts'
import type { Words } from './words.ts'

type Entry = MenuItemConstructorOptions

export interface TrayFacts {
  readonly words: Words
  readonly view: HomeView
  readonly isUpdateReady: boolean
  readonly now: Date
}

const LINE: Entry = { type: 'separator' }

export function trayTemplate({ words, view, isUpdateReady, now }: TrayFacts, acts: ShellActs): Entry[] {
  const unread = view.summary?.unread ?? 0
  const page = (label: string, path: string): Entry => ({ label, click: () => acts.openPage(path) })
  return [
    { label: homeSentence(view, words, now), enabled: false },
    { label: words('menu.open'), click: () => acts.open() },
    { label: words('menu.new_post_tray'), click: () => acts.command({ kind: 'new_post' }) },
    ...(unread === 0 ? [] : [page(unreadLabel(words, unread), '/notifications')]),
    LINE,
    pauseEntry(words, view, acts),
    page(words('menu.status_tray'), '/status'),
    page(words('menu.connect_phone'), '/connect-phone'),
    { label: words('menu.back_up'), click: () => acts.backUp() },
    LINE,
    ...(isUpdateReady ? [{ label: words('menu.update_ready'), click: () => acts.installUpdate() }] : []),
    page(words('menu.settings'), '/settings'),
    { label: words('menu.quit'), click: () => acts.quit() },
  ]
}

/** Counting ends somewhere, and the number says so. */
export const unreadLabel = (words: Words, count: number): string =>
  count < MOST_COUNTED
    ? words('menu.unread', { count })
    : words('menu.unread_many', { count: MOST_COUNTED - 1 })

export interface IconFacts {
  readonly platform: NodeJS.Platform
  readonly condition: HomeCondition
  /** The panel that it stands on; macOS colours it itself. */
  readonly isPanelDark: boolean
}

/** Below `resources/icons/tray`. Files of larger scales stand beside it. */
export function trayIconFile({ platform, condition, isPanelDark }: IconFacts): string {
  if (platform === 'darwin') return join('darwin', `${condition}Template.png`)
  return join(platform === 'win32' ? 'win32' : 'linux', `${condition}-${isPanelDark ? 'dark' : 'light'}.png`)
}

/** The bar of GNOME is dark whatever the windows are; elsewhere on Linux the panel goes with them, mostly. */
export function panelIsDark(
  platform: NodeJS.Platform,
  theme: Pick<
    ElectronParts['nativeTheme'],
    'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI'
  >,
  desktop: string | undefined,
): boolean {
  if (platform === 'win32') return theme.shouldUseDarkColorsForSystemIntegratedUI
  return theme.shouldUseDarkColors || /(?:^|:)(?:GNOME|Unity)(?:$|:)/i.test(desktop ?? '')
}

interface TrayNeeds {
  readonly platform: NodeJS.Platform
  /** `XDG_CURRENT_DESKTOP`. */
  readonly desktop: string | undefined
  /** `resources/icons/tray`. */
  readonly iconDir: string
  readonly words: Words
  readonly watch: Pick<HomeWatch, 'view' | 'onView'>
  readonly updates: Pick<UpdatesBridge, 'state' | 'onState'>
  readonly acts: ShellActs
  readonly now: () => Date
  readonly noticed: (message: string) => void
}

type TrayParts = Pick<ElectronParts, 'Menu' | 'nativeImage' | 'nativeTheme' | 'Tray'>

/** Where the system has no tray the shell does without: everything is in the menus too. */
export function openTray(parts: TrayParts, needs: TrayNeeds): Disposable {
  try {
    return new HomeTray(parts, needs)
  } catch (error) {
    needs.noticed(`there is no tray here: ${String(error)}`)
    return { [Symbol.dispose]: () => undefined }
  }
}

class HomeTray implements Disposable {
  readonly #parts: TrayParts
  readonly #needs: TrayNeeds
  readonly #tray: Tray
  readonly #ends: Array<() => void> = []
  #isUpdateReady = false
  #icon = ''
  #seen = ''

  constructor(parts: TrayParts, needs: TrayNeeds) {
    this.#parts = parts
    this.#needs = needs
    const { nativeTheme, Tray: SystemTray } = parts
    this.#icon = this.#iconNow()
    this.#tray = new SystemTray(this.#image())
    // On macOS a click opens the menu, as it does everywhere there.
    if (needs.platform !== 'darwin') this.#tray.on('click', () => needs.acts.open())
    const draw = (): void => this.#draw()
    nativeTheme.on('updated', draw)
    const hear = ({ phase }: UpdateState): void => {
      this.#isUpdateReady = phase === 'ready'
      draw()
    }
    this.#ends.push(
      () => nativeTheme.off('updated', draw),
      needs.updates.onState(hear),
      needs.watch.onView(draw),
    )
    needs.updates.state().then(hear, (error: unknown) => needs.noticed(String(error)))
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends.splice(0)) end()
    this.#tray.destroy()
  }

  #draw(): void {
    if (this.#tray.isDestroyed()) return
    const { words, watch, acts, now } = this.#needs
    const { view } = watch
    const icon = this.#iconNow()
    if (icon !== this.#icon) {
      this.#icon = icon
      this.#tray.setImage(this.#image())
    }
    const template = trayTemplate({ words, view, isUpdateReady: this.#isUpdateReady, now: now() }, acts)
    const seen = JSON.stringify(template)
    if (seen === this.#seen) return
    this.#seen = seen
    this.#tray.setToolTip(words('tray.tooltip', { state: homeSentence(view, words, now()) }))
    this.#tray.setContextMenu(this.#parts.Menu.buildFromTemplate(template))
  }

  #iconNow(): string {
    const { platform, desktop, watch } = this.#needs
    const isDark = panelIsDark(platform, this.#parts.nativeTheme, desktop)
    return trayIconFile({ platform, condition: watch.view.condition, isPanelDark: isDark })
  }

  #image() {
    const image = this.#parts.nativeImage.createFromPath(join(this.#needs.iconDir, this.#icon))
    if (this.#needs.platform === 'darwin') image.setTemplateImage(true)
    return image
  }
}
