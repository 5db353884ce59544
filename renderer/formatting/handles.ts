/** Handles as people read them. */

/** `@ana@home.example`; an own handle has its domain added, unless the home has none yet. */
export function wholeHandle(acct: string, ownDomain: string | null): string {
  return acct.includes('@') || ownDomain === null ? `@${acct}` : `@${acct}@${ownDomain}`
}
