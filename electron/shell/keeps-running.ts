/** Whether the home goes on when the last window is closed: it does, unless the person has chosen otherwise. */
import type { Choice } from '../../server/contracts/desktop-bridge.ts'
import type { ShellStore } from './shell-store.ts'

const NAME = 'keepsRunning'

export const doesKeepRunning = (store: Pick<ShellStore, 'get'>): boolean => store.get(NAME) !== false

export const keepsRunningOf = (store: ShellStore): Choice => ({
  isOn: async () => doesKeepRunning(store),
  setOn: async (isOn) => store.set(NAME, isOn ? undefined : false),
})
