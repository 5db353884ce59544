/** Moments as a field of date and time writes them: the clock on this computer's wall, without a zone. */

/** @param moment  ISO 8601 */
export function localMoment(moment: string): string {
  const date = new Date(moment)
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** @returns ISO 8601; null for a field that is not whole */
export function momentOfLocal(text: string): string | null {
  const date = new Date(text)
  return text === '' || Number.isNaN(date.getTime()) ? null : date.toISOString()
}
