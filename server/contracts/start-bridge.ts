/**
 * What the shell puts into its start-up window (`homebirdStart`), and what that window shows. Words come finished, in the
 * language of the shell; the page adds nothing but times and numbers.
 */

export interface StartBridge {
  /** @returns what ends the listening; tells at once what there is to show */
  onView(show: (view: StartView) => void): () => void
  /** Each is offered by the view under the same name. @throws with the sentence why it could not be done */
  startAgain(): Promise<void>
  restartPart(): Promise<void>
  openLogs(): Promise<void>
  openFolder(): Promise<void>
  quit(): Promise<void>
  journal(): Promise<readonly JournalLineView[]>
  copies(): Promise<readonly CopyView[]>
  /** Puts the copy in the place of the home, keeps what is replaced, and starts. */
  takeBack(name: string): Promise<void>
  backups(): Promise<BackupChoices>
  /** Asks the person for a file. Null where none was chosen. */
  chooseBackup(): Promise<BackupChoice | null>
  /** @param words  the passphrase or the recovery code; empty where the home's own key opens it */
  lookInside(backup: number, words: string): Promise<InsideView>
  /** Puts the backup in the place of the home, keeps what is replaced, and starts. */
  restore(backup: number, words: string): Promise<void>
  cancelRestore(): Promise<void>
}

export type StartAct =
  | 'startAgain'
  | 'restartPart'
  | 'openLogs'
  | 'openFolder'
  | 'quit'
  | 'takeBack'
  | 'restore'
  | 'cancelRestore'

export interface StartView {
  readonly locale: string
  readonly direction: 'ltr' | 'rtl'
  readonly title: string
  /** One sentence beneath it. */
  readonly lead: string
  readonly steps: readonly StepView[]
  readonly failure: FailureView | null
  /** Besides the one of the failure; in the order in which they are shown. */
  readonly acts: readonly ActView[]
  readonly words: StartWords
}

export type StepMark = 'waiting' | 'doing' | 'done' | 'failed'

export interface StepView {
  readonly label: string
  readonly mark: StepMark
  /** For whoever sees no shapes. */
  readonly markWord: string
  /** Milliseconds since 1970 while it is done. */
  readonly startedAt: number | null
  readonly tookMs: number | null
  /** Bytes that are done, of how many. */
  readonly bytes: { readonly done: number; readonly total: number } | null
}

export interface FailureView {
  readonly what: string
  readonly means: string
  readonly act: ActView
  /** As the program has it, in English. */
  readonly technical: string
}

export interface ActView {
  readonly act: StartAct
  readonly label: string
}

export interface JournalLineView {
  readonly at: string
  readonly level: 'info' | 'warn' | 'error'
  readonly levelWord: string
  readonly part: string
  readonly message: string
}

export interface CopyView {
  readonly name: string
  /** Of which version and when it was made. */
  readonly label: string
  /** What it would replace, with numbers; or why it cannot be taken back. */
  readonly replaces: string
  readonly isUsable: boolean
}

export interface BackupChoice {
  /** Of the shell's own list. */
  readonly id: number
  readonly label: string
}

export interface BackupChoices {
  /** Newest first. */
  readonly backups: readonly BackupChoice[]
  /** Why a place cannot be read, as the program has it, in English. */
  readonly flaws: readonly string[]
}

export interface InsideView {
  /** Handles, from left to right in every language. */
  readonly identities: string
  readonly lines: readonly string[]
  readonly replaces: string
}

export interface StartWords {
  readonly technical: string
  readonly journal: string
  readonly noJournal: string
  readonly copiesTitle: string
  readonly noCopies: string
  readonly takeBack: string
  readonly cancel: string
  readonly close: string
  readonly failedAct: string
  readonly restoreTitle: string
  readonly restoreHelp: string
  readonly noBackups: string
  readonly chooseFile: string
  readonly backupWords: string
  readonly backupWordsHelp: string
  readonly look: string
  readonly inside: string
  readonly oldHome: string
  readonly restore: string
  readonly waits: string
  readonly listing: string
}
