/** Answers the main window's bridge: each part of it by the room that knows. */
import type { WebContents } from 'electron'
import type { DesktopBridge, UpdateState } from '../../server/contracts/desktop-bridge.ts'
import type { MainWindows } from '../windows/main-window.ts'
import { DESKTOP_CALLS, DESKTOP_EVENTS, DESKTOP_TELLS, type DesktopFacts } from './desktop-calls.ts'
import { type Ipc, isBoolean, isTextList } from './handle.ts'

/** As the page has it, but for what the preload knows itself. */
export type DesktopOffers = Pick<
  DesktopBridge,
  'login' | 'keepsRunning' | 'updates' | 'spelling' | 'secrets'
> & {
  /** Whether any window is written in now. */
  readonly setWriting: (isWriting: boolean) => void
}

interface DesktopBridgeNeeds {
  readonly ipc: Ipc
  readonly windows: Pick<MainWindows, 'listens' | 'all'>
  readonly offers: DesktopOffers
}

export const factsOf = ({ login, spelling }: Pick<DesktopOffers, 'login' | 'spelling'>): DesktopFacts => ({
  hasLogin: login !== null,
  hasSpelling: spelling !== null,
})

const MOST_LANGUAGES = 50
const LONGEST_LANGUAGE = 35

export function openDesktopBridge({ ipc, windows, offers }: DesktopBridgeNeeds): Disposable {
  const { login, keepsRunning, updates, spelling, secrets } = offers
  const isLanguages = isTextList(MOST_LANGUAGES, LONGEST_LANGUAGE)
  const calls = DESKTOP_CALLS
  if (login !== null) {
    ipc.answer('main', calls.loginIsOn, [], () => login.isOn())
    ipc.answer('main', calls.loginSetOn, [isBoolean], async (_sender, isOn) => login.setOn(isOn))
  }
  ipc.answer('main', calls.keepsRunningIsOn, [], () => keepsRunning.isOn())
  ipc.answer('main', calls.keepsRunningSetOn, [isBoolean], async (_sender, isOn) => keepsRunning.setOn(isOn))
  ipc.answer('main', calls.updatesState, [], () => updates.state())
  ipc.answer('main', calls.updatesCheck, [], () => updates.check())
  ipc.answer('main', calls.updatesInstall, [], () => updates.install())
  if (spelling !== null) {
    ipc.answer('main', calls.spellingIsOn, [], () => spelling.isOn())
    ipc.answer('main', calls.spellingSetOn, [isBoolean], async (_sender, isOn) => spelling.setOn(isOn))
    ipc.answer('main', calls.spellingAll, [], () => spelling.languages.all())
    ipc.answer('main', calls.spellingChosen, [], () => spelling.languages.chosen())
    ipc.answer('main', calls.spellingChoose, [isLanguages], async (_sender, chosen) =>
      spelling.choose(chosen),
    )
  }
  ipc.answer('main', calls.secretsLevel, [], () => secrets.level())
  const { keptPlain } = secrets
  if (keptPlain !== undefined) {
    ipc.answer('main', calls.secretsIsPlain, [], () => keptPlain.isOn())
    ipc.answer('main', calls.secretsSetPlain, [isBoolean], async (_sender, isOn) => keptPlain.setOn(isOn))
  }
  hearWriting(ipc, offers.setWriting)
  ipc.hear('main', DESKTOP_TELLS.listens, [], (sender) =>
    windows.listens(sender.id, (command) => sender.send(DESKTOP_EVENTS.command, command)),
  )
  const end = updates.onState((state: UpdateState) => {
    for (const { webContents } of windows.all()) webContents.send(DESKTOP_EVENTS.updatesState, state)
  })
  return { [Symbol.dispose]: end }
}

/** A window that is gone, or shows another page, is not written in any more. */
function hearWriting(ipc: Ipc, setWriting: (isWriting: boolean) => void): void {
  const writing = new Set<number>()
  const watched = new Set<number>()
  const set = (id: number, isWriting: boolean): void => {
    if (isWriting === writing.has(id)) return
    if (isWriting) writing.add(id)
    else writing.delete(id)
    setWriting(writing.size > 0)
  }
  const watch = (sender: WebContents, id: number): void => {
    if (watched.has(id)) return
    watched.add(id)
    sender.on('did-navigate', () => set(id, false))
    sender.on('render-process-gone', () => set(id, false))
    sender.once('destroyed', () => {
      watched.delete(id)
      set(id, false)
    })
  }
  ipc.hear('main', DESKTOP_TELLS.setWriting, [isBoolean], (sender, isWriting) => {
    watch(sender, sender.id)
    set(sender.id, isWriting)
  })
}
