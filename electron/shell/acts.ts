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
  /** Starts one and shows how far it is. */
  backUp(): void
  /** Asks first. */
  restart(): void
  checkForUpdates(): void
  installUpdate(): void
  about(): void
  quit(): void
}

interface ActsNeeds {
  readonly words: Words
  readonly watch: Pick<HomeWatch, 'pause' | 'resume' | 'backUp'>
  readonly updates: Pick<UpdatesBridge, 'state' | 'check' | 'install'>
  readonly windows: {
    openAnother(): unknown
    command(command: WindowCommand): void
  }
  readonly show: () => void
  readonly now: () => Date
  /** Starts this program again as it ends. */
  readonly relaunch: () => void
  /** A sentence for the journal. */
  readonly noticed: (message: string) => void
}

export function openActs(
  { app, dialog }: Pick<ElectronParts, 'app' | 'dialog'>,
  needs: ActsNeeds,
): ShellActs {
  const { words, watch, updates, windows, now, noticed } = needs
  const openPage = (path: string): void => windows.command({ kind: 'open', path })
  const orSay = (detail: (reason: string) => string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      noticed(String(error))
      const reason = error instanceof Error ? error.message : String(error)
      dialog.showErrorBox(words('failed.act'), detail(reason))
    })
  }
  const notPaused = (): string => words('failed.pause')
  const notInstalled = (reason: string): string => words('failed.update', { reason })
  return {
    open: needs.show,
    openAnother: () => void windows.openAnother(),
    command: (command) => windows.command(command),
    openPage,
    pause: (length) => orSay(notPaused, watch.pause(pauseEnd(length, now()))),
    resume: () => orSay(notPaused, watch.resume()),
    backUp() {
      openPage('/backups')
      orSay(() => words('failed.back_up'), watch.backUp())
    },
    restart: () => orSay((reason) => reason, askAndRestart({ app, dialog }, needs)),
    checkForUpdates() {
      openPage('/updates')
      updates.check().catch((error: unknown) => noticed(String(error))) // the page shows how it went
    },
    installUpdate: () => orSay(notInstalled, installOrTell({ dialog }, { words, updates, openPage })),
    about: () => app.showAboutPanel(),
    quit: () => app.quit(),
  }
}

/** The next start takes the home over once this one has closed it in order. */
async function askAndRestart(
  { app, dialog }: Pick<ElectronParts, 'app' | 'dialog'>,
  { words, relaunch }: Pick<ActsNeeds, 'words' | 'relaunch'>,
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
  relaunch()
  app.quit()
}

/** What it waits for is said, and the page that goes on telling it is one press away. */
async function installOrTell(
  { dialog }: Pick<ElectronParts, 'dialog'>,
  { words, updates, openPage }: Pick<ActsNeeds, 'words' | 'updates'> & Pick<ShellActs, 'openPage'>,
): Promise<void> {
  const [wait] = (await updates.state()).waitsFor
  if (wait === undefined) {
    await updates.install()
    return
  }
  const { response } = await dialog.showMessageBox({
    type: 'info',
    message: words('update.waits'),
    detail: words(`update.waits_${wait}`),
    buttons: [words('start.close'), words('update.show')],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  if (response === 1) openPage('/updates')
}

const HOUR_MS = 3_600_000

/** @returns when a pause of this length ends; null where the person ends it */
export function pauseEnd(length: PauseLength, now: Date): Date | null {
  if (length === 'resume') return null
  if (length === 'hour') return new Date(now.getTime() + HOUR_MS)
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1)
}
