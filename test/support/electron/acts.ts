/** What the shell did to the system, in the order it did it. */
export interface Act {
  /** As `notification.show` or `shell.openExternal`. */
  readonly what: string
  readonly with: unknown
}

export class Acts {
  readonly all: Act[] = []

  add(what: string, details: unknown = null): void {
    this.all.push({ what, with: details })
  }

  of(what: string): unknown[] {
    return this.all.filter((act) => act.what === what).map((act) => act.with)
  }
}
