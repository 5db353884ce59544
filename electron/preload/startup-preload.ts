/**
 * Puts `homebirdStart` into the start-up window: functions by name, each for one thing. Nothing of Electron crosses.
 * @see security rule 92
 */
import { contextBridge, ipcRenderer } from 'electron'
import type { StartBridge, StartView } from '../../server/contracts/start-bridge.ts'
import type { Reply } from '../ipc/handle.ts'
import { START_CALLS, START_EVENTS, START_TELLS } from '../ipc/start-calls.ts'

/** @throws with the sentence of the shell */
async function valueOf<T>(asked: Promise<unknown>): Promise<T> {
  const reply = (await asked) as Reply
  if (!reply.ok) throw new Error(reply.message)
  return reply.value as T
}

const bridge: StartBridge = {
  onView: (show) => {
    const listener = (_event: unknown, view: StartView): void => show(view)
    ipcRenderer.on(START_EVENTS.view, listener)
    ipcRenderer.send(`start:${START_TELLS.listens}`)
    return () => {
      ipcRenderer.off(START_EVENTS.view, listener)
    }
  },
  startAgain: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.startAgain}`)),
  restartPart: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.restartPart}`)),
  openLogs: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.openLogs}`)),
  openFolder: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.openFolder}`)),
  quit: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.quit}`)),
  journal: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.journal}`)),
  copies: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.copies}`)),
  takeBack: async (name) => valueOf(ipcRenderer.invoke(`start:${START_CALLS.takeBack}`, name)),
  backups: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.backups}`)),
  chooseBackup: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.chooseBackup}`)),
  lookInside: async (backup, words) =>
    valueOf(ipcRenderer.invoke(`start:${START_CALLS.lookInside}`, backup, words)),
  restore: async (backup, words) =>
    valueOf(ipcRenderer.invoke(`start:${START_CALLS.restore}`, backup, words)),
  cancelRestore: async () => valueOf(ipcRenderer.invoke(`start:${START_CALLS.cancelRestore}`)),
}

contextBridge.exposeInMainWorld('homebirdStart', bridge)
