/** Names the present step of the browser's history, so that Back finds what belonged to it. */

export function visitKey(): string {
  const state: unknown = window.history.state
  const facts = typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {}
  const known = facts['visit']
  if (typeof known === 'string') return known
  const visit = crypto.randomUUID()
  window.history.replaceState({ ...facts, visit }, '')
  return visit
}
