/** What menus, tray, jump list and their kin can do: each entry does one of these, and nothing else does it. */
import type { UpdatesBridge, WindowCommand } from '../../server/contracts/desktop-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { HomeWatch } from '../home/home-watch.ts'
import type { Words } from './words.ts'

/** `tomorrow`: until the next day begins here. `resume`: until the person resumes. */
export type PauseLength = 'hour' | 'tomorrow' | 'resume'

export interface ShellActs {
  /** Brings forward what there is to see. */
  open(): void
  openAnother(): void
  /** Brings a window forward and has its page obey. */
  command(command: WindowCommand): void
  openPage(path: string): void
  pause(length: PauseLength): void
  resume(): void
  /** Asks first. */
  restart(): void
  checkForUpdates(): void
  installUpdate(): void
  about(): void
  quit(): void
}

interface ActsNeeds {
  readonly words: Words
  readonly watch: Pick<HomeWatch, 'pause' | 'resume'>
  readonly updates: Pick<UpdatesBridge, 'check' | 'install'>
  readonly windows: {
    openAnother(): unknown
    command(command: WindowCommand): void
  }
  readonly show: () => void
  readonly now: () => Date
  /** `APPIMAGE`: the file that an AppImage is started by; what runs now lies in a folder that goes with it. */
  readonly appImage: string | undefined
  /** A sentence for the journal. */
  readonly noticed: (message: string) => void
}

export function openActs(
  { app, dialog }: Pick<ElectronParts, 'app' | 'dialog'>,
  needs: ActsNeeds,
): ShellActs {
  const { words, watch, updates, windows, now, noticed } = needs
  const openPage = (path: string): void => windows.command({ kind: 'open', path })
  const orSay = (detail: string | null, work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      noticed(String(error))
      dialog.showErrorBox(
        words('failed.act'),
        detail ?? (error instanceof Error ? error.message : String(error)),
      )
    })
  }
  return {
    open: needs.show,
    openAnother: () => void windows.openAnother(),
    command: (command) => windows.command(command),
    openPage,
    pause: (length) => orSay(words('failed.pause'), watch.pause(pauseEnd(length, now()))),
    resume: () => orSay(words('failed.pause'), watch.resume()),
    restart: () => orSay(null, askAndRestart({ app, dialog }, needs)),
    checkForUpdates() {
      openPage('/updates')
      updates.check().catch((error: unknown) => noticed(String(error))) // the page shows how it went
    },
    installUpdate: () => orSay(null, updates.install()),
    about: () => app.showAboutPanel(),
    quit: () => app.quit(),
  }
}

/** The next start takes the home over once this one has closed it in order. */
async function askAndRestart(
  { app, dialog }: Pick<ElectronParts, 'app' | 'dialog'>,
  { words, appImage }: Pick<ActsNeeds, 'words' | 'appImage'>,
): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: words('restart.question'),
    detail: words('restart.detail'),
    buttons: [words('act.cancel'), words('restart.act')],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  if (response !== 1) return
  app.relaunch(appImage === undefined ? {} : { execPath: appImage })
  app.quit()
}

const HOUR_MS = 3_600_000

/** @returns when a pause of this length ends; null where the person ends it */
export function pauseEnd(length: PauseLength, now: Date): Date | null {
  if (length === 'resume') return null
  if (length === 'hour') return new Date(now.getTime() + HOUR_MS)
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
}
