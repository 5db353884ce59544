/** What the main window's page and the shell say to each other, by name: the preload asks, the bridge answers. */
export const DESKTOP_CALLS = {
  loginIsOn: 'login.is-on',
  loginSetOn: 'login.set-on',
  keepsRunningIsOn: 'keeps-running.is-on',
  keepsRunningSetOn: 'keeps-running.set-on',
  updatesState: 'updates.state',
  updatesCheck: 'updates.check',
  updatesInstall: 'updates.install',
  spellingIsOn: 'spelling.is-on',
  spellingSetOn: 'spelling.set-on',
  spellingAll: 'spelling.all',
  spellingChosen: 'spelling.chosen',
  spellingChoose: 'spelling.choose',
  secretsLevel: 'secrets.level',
  secretsIsPlain: 'secrets.is-plain',
  secretsSetPlain: 'secrets.set-plain',
} as const

/** Nobody waits for these. */
export const DESKTOP_TELLS = { setWriting: 'set-writing', listens: 'listens' } as const

/** From the shell to the page. */
export const DESKTOP_EVENTS = { command: 'main:command', updatesState: 'main:updates-state' } as const

/** What the page has to know before it asks for anything. */
export interface DesktopFacts {
  readonly hasLogin: boolean
  readonly hasSpelling: boolean
}

/** Names the argument by which a window tells its preload the facts. */
export const FACTS_ARGUMENT = '--homebird-facts='
