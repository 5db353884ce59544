/** What the desktop shell puts into its window as `homebirdDesktop`; a browser has none of it. */

export interface DesktopBridge {
  /** Null where the system cannot start programs at login. */
  readonly login: LoginChoice | null
}

export interface LoginChoice {
  /** Whether the home starts when the person logs in. */
  isOn(): Promise<boolean>
  /** @throws when the system refused */
  setOn(isOn: boolean): Promise<void>
}
