/** What the desktop shell puts into its windows: `homebirdDesktop` into the main one, `homebirdStart` into the other. */

export interface DesktopBridge {
  readonly platform: 'darwin' | 'linux' | 'win32'
  /** Null where the system cannot start programs at login. */
  readonly login: LoginChoice | null
  readonly keepsRunning: Choice
  readonly updates: UpdatesBridge
  /** Null where the system checks spelling by itself and asks nobody. */
  readonly spelling: SpellingBridge | null
  /** How well secrets are kept on this computer. */
  readonly secrets: SecretsBridge
  /** While something is being written the shell restarts nothing. */
  setWriting(isWriting: boolean): void
  /** What a menu, the tray or a link asks of the window. @returns what ends the listening */
  onCommand(obey: (command: WindowCommand) => void): () => void
}

export interface Choice {
  isOn(): Promise<boolean>
  /** @throws when the system refused */
  setOn(isOn: boolean): Promise<void>
}

/** Whether the home starts when the person logs in. */
export type LoginChoice = Choice

export interface SecretsBridge {
  level(): Promise<SecretsLevel>
  /**
   * Whether secrets are to lie in plain files, so that the home can also be run without a window. Counts once the home has
   * stopped: until then the level stays what it was.
   */
  readonly keptPlain?: Choice
}

/** `basic_text`: Linux without a keyring, where whoever reads the disk reads the secrets too. `plain`: not sealed at all. */
export type SecretsLevel = 'keychain' | 'basic_text' | 'plain'

export type WindowCommand =
  /** A page of the window, one of `WINDOW_PATHS` with its parameters filled in, and a query. */
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'new_post' }
  | { readonly kind: 'find' }
  | { readonly kind: 'back' }
  | { readonly kind: 'forward' }
  /** A link of another program, which nothing has vouched for: the window asks before it looks it up. */
  | { readonly kind: 'link'; readonly address: string }

export interface UpdatesBridge {
  state(): Promise<UpdateState>
  check(): Promise<UpdateState>
  /** Restarts into the new version. @throws with what it waits for */
  install(): Promise<void>
  onState(tell: (state: UpdateState) => void): () => void
}

export interface UpdateState {
  readonly version: string
  readonly phase: 'off' | 'idle' | 'checking' | 'downloading' | 'ready' | 'failed'
  /** `off`: why nothing is looked for; `failed`: what went wrong. A sentence in English for details; null else. */
  readonly reason: string | null
  readonly checkedAt: string | null
  /** The newer version, where one was found, and what changes with it, as plain text. */
  readonly next: { readonly version: string; readonly notes: string } | null
  /** 0 to 100 while it is brought. */
  readonly percent: number | null
  /** What the restart waits for now; empty where it may be done. */
  readonly waitsFor: readonly ('writing' | 'backup' | 'restore' | 'start')[]
}

export interface SpellingBridge extends Choice {
  readonly languages: { all(): Promise<readonly string[]>; chosen(): Promise<readonly string[]> }
  choose(languages: readonly string[]): Promise<void>
}
