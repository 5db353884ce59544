/** Handles as people read them. */

/** `@ana`, without its domain: for lists, where the name stands beside it. */
export function shortHandle(acct: string): string {
  return `@${acct.split('@')[0] ?? acct}`
}

/** `@ana@home.example`; an own handle has its domain added, unless the home has none yet. */
export function wholeHandle(acct: string, ownDomain: string | null): string {
  return acct.includes('@') || ownDomain === null ? `@${acct}` : `@${acct}@${ownDomain}`
}

/** What somebody typed to name a person, brought into the form that is searched: null when it names none. */
export function handleFromInput(typed: string): string | null {
  const handle = /^(?:acct:)?@?([\w.-]{1,255})@([^\s@/?#]{1,255})$/i.exec(typed.trim())
  return handle === null ? null : `${handle[1]}@${handle[2]}`
}
