/** Which of the two columns has the focus: keys act there. */

export type Column = 'middle' | 'thread'

/** Marks the thread that stands beside the middle. */
export const THREAD_COLUMN = '[data-column="thread"]'
export const MIDDLE_ENTRY = 'main [data-entry-id]'
export const THREAD_ENTRY = `${THREAD_COLUMN} [data-entry-id]`

/** Of an element, what is asked. */
export interface Placed {
  closest(selector: string): unknown
}

/** What is in neither, as the composer, counts with the middle. */
export function columnOf(focused: Placed | null): Column {
  const found = focused?.closest(THREAD_COLUMN) ?? null
  return found === null ? 'middle' : 'thread'
}

/** The column to which an arrow leads. The thread stands where lines end: on the left where they are read from the right. */
export function columnTowards(side: 'left' | 'right', direction: 'ltr' | 'rtl'): Column {
  return (side === 'right') === (direction === 'ltr') ? 'thread' : 'middle'
}
