/** What the start-up window's page and the shell say to each other, by name: its preload asks, its room answers. */
export const START_CALLS = {
  startAgain: 'start-again',
  restartPart: 'restart-part',
  openLogs: 'open-logs',
  openFolder: 'open-folder',
  quit: 'quit',
  journal: 'journal',
  copies: 'copies',
  takeBack: 'take-back',
  backups: 'backups',
  chooseBackup: 'choose-backup',
  lookInside: 'look-inside',
  restore: 'restore',
  cancelRestore: 'cancel-restore',
} as const

/** Nobody waits for it: the page listens now. */
export const START_TELLS = { listens: 'listens' } as const
/** From the shell to the page. */
export const START_EVENTS = { view: 'start:view' } as const
