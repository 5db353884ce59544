/**
 * The menus of the program, as each platform has them. Labels are always ours: those of Electron's roles are English
 * everywhere.
 */
import type { MenuItemConstructorOptions } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import { homeSentence } from '../home/home-sentence.ts'
import type { HomeView, HomeWatch } from '../home/home-watch.ts'
import type { ShellActs } from './acts.ts'
import { drawnWhenChanged } from './draw-when-changed.ts'
import { pauseEntry } from './pause-entry.ts'
import type { Words } from './words.ts'

type Entry = MenuItemConstructorOptions

export interface MenuFacts {
  readonly platform: NodeJS.Platform
  readonly words: Words
  readonly view: HomeView
  readonly now: Date
}

const LINE: Entry = { type: 'separator' }

export function menuTemplate(facts: MenuFacts, acts: ShellActs): Entry[] {
  const menus = [fileMenu, editMenu, viewMenu, goMenu, homeMenu, windowMenu, helpMenu]
  const rest = menus.map((menu) => menu(facts, acts))
  return facts.platform === 'darwin' ? [programMenu(facts, acts), ...rest] : rest
}

/** The first menu of macOS, under the name of the program. */
function programMenu({ words }: MenuFacts, acts: ShellActs): Entry {
  return {
    label: 'Homebird',
    submenu: [
      { label: words('menu.about'), click: () => acts.about() },
      checkEntry(words, acts),
      LINE,
      settingsEntry(words, acts),
      LINE,
      { label: words('menu.services'), role: 'services' },
      LINE,
      { label: words('menu.hide'), role: 'hide' },
      { label: words('menu.hide_others'), role: 'hideOthers' },
      { label: words('menu.show_all'), role: 'unhide' },
      LINE,
      { label: words('menu.quit'), accelerator: 'Cmd+Q', click: () => acts.quit() },
    ],
  }
}

function fileMenu({ platform, words }: MenuFacts, acts: ShellActs): Entry {
  const isMac = platform === 'darwin'
  const last: Entry =
    platform === 'win32'
      ? { label: words('menu.exit'), click: () => acts.quit() }
      : { label: words('menu.quit'), accelerator: 'Ctrl+Q', click: () => acts.quit() }
  return {
    label: words('menu.file'),
    submenu: [
      {
        label: words('menu.new_post'),
        accelerator: 'CmdOrCtrl+N',
        click: () => acts.command({ kind: 'new_post' }),
      },
      {
        label: words('menu.new_window'),
        accelerator: 'CmdOrCtrl+Shift+N',
        click: () => acts.openAnother(),
      },
      LINE,
      pageEntry(words('menu.import'), '/imports', acts),
      { label: words('menu.back_up'), click: () => acts.backUp() },
      LINE,
      ...(isMac ? [] : [settingsEntry(words, acts), LINE]),
      { label: words('menu.close_window'), accelerator: 'CmdOrCtrl+W', role: 'close' },
      ...(isMac ? [] : [LINE, last]),
    ],
  }
}

function editMenu({ platform, words }: MenuFacts, acts: ShellActs): Entry {
  const speech: Entry[] = [
    { label: words('menu.speech_start'), role: 'startSpeaking' },
    { label: words('menu.speech_stop'), role: 'stopSpeaking' },
  ]
  return {
    label: words('menu.edit'),
    submenu: [
      { label: words('menu.undo'), role: 'undo' },
      { label: words('menu.redo'), role: 'redo' },
      LINE,
      { label: words('menu.cut'), role: 'cut' },
      { label: words('menu.copy'), role: 'copy' },
      { label: words('menu.paste'), role: 'paste' },
      { label: words('menu.paste_plain'), role: 'pasteAndMatchStyle' },
      { label: words('menu.delete'), role: 'delete' },
      { label: words('menu.select_all'), role: 'selectAll' },
      LINE,
      {
        label: words('menu.find'),
        accelerator: 'CmdOrCtrl+F',
        click: () => acts.command({ kind: 'find' }),
      },
      pageEntry(words('menu.spelling'), SPELLING_PAGE, acts),
      ...(platform === 'darwin' ? [LINE, { label: words('menu.speech'), submenu: speech }] : []),
    ],
  }
}

/** Where the window keeps its choice of dictionaries. */
const SPELLING_PAGE = '/settings/posting#spelling'

function viewMenu({ platform, words }: MenuFacts, acts: ShellActs): Entry {
  return {
    label: words('menu.view'),
    submenu: [
      pageEntry(words('menu.home_page'), '/home', acts, 'CmdOrCtrl+1'),
      pageEntry(words('menu.notifications'), '/notifications', acts, 'CmdOrCtrl+2'),
      pageEntry(words('menu.search'), '/search', acts, 'CmdOrCtrl+3'),
      pageEntry(words('menu.status'), '/status', acts, 'CmdOrCtrl+4'),
      LINE,
      { label: words('menu.actual_size'), accelerator: 'CmdOrCtrl+0', role: 'resetZoom' },
      { label: words('menu.zoom_in'), accelerator: 'CmdOrCtrl+Plus', role: 'zoomIn' },
      { label: words('menu.zoom_out'), accelerator: 'CmdOrCtrl+-', role: 'zoomOut' },
      LINE,
      {
        label: words('menu.full_screen'),
        accelerator: platform === 'darwin' ? 'Ctrl+Cmd+F' : 'F11',
        role: 'togglefullscreen',
      },
    ],
  }
}

function goMenu({ platform, words }: MenuFacts, acts: ShellActs): Entry {
  const isMac = platform === 'darwin'
  return {
    label: words('menu.go'),
    submenu: [
      {
        label: words('menu.back'),
        accelerator: isMac ? 'Cmd+[' : 'Alt+Left',
        click: () => acts.command({ kind: 'back' }),
      },
      {
        label: words('menu.forward'),
        accelerator: isMac ? 'Cmd+]' : 'Alt+Right',
        click: () => acts.command({ kind: 'forward' }),
      },
    ],
  }
}

function homeMenu({ words, view, now }: MenuFacts, acts: ShellActs): Entry {
  return {
    label: words('menu.home'),
    submenu: [
      { label: homeSentence(view, words, now), enabled: false },
      LINE,
      pauseEntry(words, view, acts),
      { label: words('menu.restart'), click: () => acts.restart() },
      LINE,
      pageEntry(words('menu.status'), '/status', acts),
      pageEntry(words('menu.logs'), '/logs', acts),
      pageEntry(words('menu.doctor'), '/doctor', acts),
      pageEntry(words('menu.connect_phone'), '/connect-phone', acts),
    ],
  }
}

function windowMenu({ platform, words }: MenuFacts): Entry {
  const minimize: Entry = { label: words('menu.minimize'), accelerator: 'CmdOrCtrl+M', role: 'minimize' }
  if (platform !== 'darwin') return { label: words('menu.window'), submenu: [minimize] }
  return {
    label: words('menu.window'),
    role: 'window',
    submenu: [
      minimize,
      { label: words('menu.zoom'), role: 'zoom' },
      LINE,
      { label: words('menu.front'), role: 'front' },
    ],
  }
}

function helpMenu({ platform, words }: MenuFacts, acts: ShellActs): Entry {
  const isMac = platform === 'darwin'
  return {
    label: words('menu.help'),
    ...(isMac ? { role: 'help' as const } : {}),
    submenu: [
      pageEntry(words('menu.handbook'), '/handbook', acts),
      pageEntry(words('menu.doctor'), '/doctor', acts),
      pageEntry(words('menu.licences'), '/licences', acts),
      ...(isMac
        ? []
        : [LINE, checkEntry(words, acts), { label: words('menu.about'), click: () => acts.about() }]),
    ],
  }
}

function pageEntry(label: string, path: string, acts: ShellActs, accelerator?: string): Entry {
  const entry: Entry = { label, click: () => acts.openPage(path) }
  return accelerator === undefined ? entry : { ...entry, accelerator }
}

const checkEntry = (words: Words, acts: ShellActs): Entry => ({
  label: words('menu.check_updates'),
  click: () => acts.checkForUpdates(),
})

const settingsEntry = (words: Words, acts: ShellActs): Entry => ({
  label: words('menu.settings'),
  accelerator: 'CmdOrCtrl+,',
  click: () => acts.openPage('/settings'),
})

interface MenuNeeds extends Pick<MenuFacts, 'platform' | 'words'> {
  readonly watch: Pick<HomeWatch, 'onView'>
  readonly acts: ShellActs
  readonly now: () => Date
  readonly version: string
}

/** Puts the menus up, and draws them anew when what they say has changed. */
export function openMenus({ app, Menu }: Pick<ElectronParts, 'app' | 'Menu'>, needs: MenuNeeds): Disposable {
  const { watch, acts, now, platform, words, version } = needs
  app.setAboutPanelOptions({
    applicationName: 'Homebird',
    applicationVersion: version,
    copyright: 'AGPL-3.0-or-later',
  })
  const end = drawnWhenChanged(watch, (view) => {
    const template = menuTemplate({ platform, words, view, now: now() }, acts)
    return { shown: template, draw: () => Menu.setApplicationMenu(Menu.buildFromTemplate(template)) }
  })
  return { [Symbol.dispose]: end }
}
