/**
 * Puts `homebirdDesktop` into the main window: functions by name, each for one thing. Nothing of Electron crosses: no channel that
 * a page could choose, no event, no sender.
 * @see security rule 92
 */
import { contextBridge, ipcRenderer } from 'electron'
import type { DesktopBridge, WindowCommand } from '../../server/contracts/desktop-bridge.ts'
import {
  DESKTOP_CALLS,
  DESKTOP_EVENTS,
  DESKTOP_TELLS,
  type DesktopFacts,
  FACTS_ARGUMENT,
} from '../ipc/desktop-calls.ts'
import type { Reply } from '../ipc/handle.ts'

function readFacts(): DesktopFacts {
  const given =
    process.argv.find((argument) => argument.startsWith(FACTS_ARGUMENT))?.slice(FACTS_ARGUMENT.length) ?? '{}'
  const facts = JSON.parse(given) as Partial<DesktopFacts>
  return { hasLogin: facts.hasLogin === true, hasSpelling: facts.hasSpelling === true }
}

/** @throws with the sentence of the shell */
async function valueOf<T>(asked: Promise<unknown>): Promise<T> {
  const reply = (await asked) as Reply
  if (!reply.ok) throw new Error(reply.message)
  return reply.value as T
}

const { hasLogin, hasSpelling } = readFacts()
const { platform } = process

const bridge: DesktopBridge = {
  platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
  login: hasLogin
    ? {
        isOn: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.loginIsOn}`)),
        setOn: async (isOn) => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.loginSetOn}`, isOn)),
      }
    : null,
  keepsRunning: {
    isOn: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.keepsRunningIsOn}`)),
    setOn: async (isOn) => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.keepsRunningSetOn}`, isOn)),
  },
  updates: {
    state: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.updatesState}`)),
    check: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.updatesCheck}`)),
    install: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.updatesInstall}`)),
    onState: (tell) => {
      const listener = (_event: unknown, state: Parameters<typeof tell>[0]): void => tell(state)
      ipcRenderer.on(DESKTOP_EVENTS.updatesState, listener)
      return () => {
        ipcRenderer.off(DESKTOP_EVENTS.updatesState, listener)
      }
    },
  },
  spelling: hasSpelling
    ? {
        isOn: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.spellingIsOn}`)),
        setOn: async (isOn) => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.spellingSetOn}`, isOn)),
        languages: {
          all: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.spellingAll}`)),
          chosen: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.spellingChosen}`)),
        },
        choose: async (languages) =>
          valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.spellingChoose}`, [...languages])),
      }
    : null,
  secrets: {
    level: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.secretsLevel}`)),
    keptPlain: {
      isOn: async () => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.secretsIsPlain}`)),
      setOn: async (isOn) => valueOf(ipcRenderer.invoke(`main:${DESKTOP_CALLS.secretsSetPlain}`, isOn)),
    },
  },
  setWriting: (isWriting) => ipcRenderer.send(`main:${DESKTOP_TELLS.setWriting}`, isWriting),
  onCommand: (obey) => {
    const listener = (_event: unknown, command: WindowCommand): void => obey(command)
    ipcRenderer.on(DESKTOP_EVENTS.command, listener)
    ipcRenderer.send(`main:${DESKTOP_TELLS.listens}`)
    return () => {
      ipcRenderer.off(DESKTOP_EVENTS.command, listener)
    }
  },
}

contextBridge.exposeInMainWorld('homebirdDesktop', bridge)
