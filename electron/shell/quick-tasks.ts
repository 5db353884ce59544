/** New post, Open and Pause beside the icon of the program: the jump list of Windows, the menu of the dock on macOS. */
import type { ElectronParts } from '../electron-parts.ts'
import type { ShellActs } from './acts.ts'
import { WISH_ARGUMENTS, type Wish } from './deep-links.ts'
import type { Words } from './words.ts'

interface QuickTaskNeeds {
  readonly platform: NodeJS.Platform
  readonly words: Words
  readonly acts: Pick<ShellActs, 'command' | 'open' | 'pause'>
  readonly launch: { readonly path: string; readonly args: readonly string[] }
  readonly noticed: (message: string) => void
}

const WISHES: readonly Wish[] = ['new_post', 'open', 'pause']

/** Linux has them in the desktop file, which comes with the package. */
export function openQuickTasks(
  { app, Menu }: Pick<ElectronParts, 'app' | 'Menu'>,
  needs: QuickTaskNeeds,
): void {
  const { platform, words, acts, launch, noticed } = needs
  if (platform === 'darwin') {
    const entries = [
      { label: words('desktop.new_post'), click: () => acts.command({ kind: 'new_post' }) },
      { label: words('desktop.open'), click: () => acts.open() },
      { label: words('desktop.pause'), click: () => acts.pause('hour') },
    ]
    app.dock?.setMenu(Menu.buildFromTemplate(entries))
    return
  }
  if (platform !== 'win32') return
  const tasks = WISHES.map((wish) => ({
    program: launch.path,
    arguments: [...launch.args, WISH_ARGUMENTS[wish]].map(windowsArgument).join(' '),
    iconPath: launch.path,
    iconIndex: 0,
    title: words(`desktop.${wish}`),
    description: words(`desktop.${wish}`),
  }))
  if (!app.setUserTasks(tasks)) noticed('Windows did not take the jump list')
}

/** As `CommandLineToArgvW` reads it. */
function windowsArgument(argument: string): string {
  if (/^[\w./\\:=-]+$/.test(argument)) return argument
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}
