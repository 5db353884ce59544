/** The part of the package `@ngrok/ngrok` that is used, which is there only where the owner has added it. */

export interface NgrokListener {
  url(): string | null
  close(): Promise<void>
}

interface NgrokEndpoint {
  domain(name: string): NgrokEndpoint
  listenAndForward(url: string): Promise<NgrokListener>
}

export interface NgrokSession {
  httpEndpoint(): NgrokEndpoint
  close(): Promise<void>
}

export interface NgrokSessionBuilder {
  authtoken(token: string): NgrokSessionBuilder
  clientInfo(name: string, version: string): NgrokSessionBuilder
  /** True has the package connect again by itself. */
  handleDisconnection(handler: (address: string, error: string) => boolean): NgrokSessionBuilder
  /** Somebody has ended it in ngrok's dashboard. */
  handleStopCommand(handler: () => void): NgrokSessionBuilder
  connect(): Promise<NgrokSession>
}

export interface NgrokModule {
  readonly SessionBuilder: new () => NgrokSessionBuilder
}

/** Null where the package is not there, or has no binary for this machine. */
export async function loadNgrok(): Promise<NgrokModule | null> {
  // Not written out, since whoever bundles the home would look for a package that only few have.
  const name: string = '@ngrok/ngrok'
  try {
    const loaded = (await import(name)) as Partial<NgrokModule> & { readonly default?: Partial<NgrokModule> }
    const found = loaded.SessionBuilder ?? loaded.default?.SessionBuilder
    return found === undefined ? null : { SessionBuilder: found }
  } catch {
    return null
  }
}
