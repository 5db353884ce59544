/** Row ids: 64-bit integers made by the database, decimal strings everywhere else. */

const MAX_ID = 9_223_372_036_854_775_807n

/** Whether a client's text can be the id of a row; anything else is the id of nothing. */
export function isRowId(text: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(text) && (text.length < 19 || BigInt(text) <= MAX_ID)
}
