/** How many columns there is room for, by the size of the letters: with large ones a wide window is a narrow one. */

export type Columns = 'one' | 'two' | 'three'

/** In widths of the root's letters. */
const TWO_FROM_REM = 45
const THREE_FROM_REM = 73.75

/** @param width  of the window, in pixels  @param rem  size of the root's text, in pixels */
export function columnsFor(width: number, rem: number): Columns {
  const room = width / rem
  if (room >= THREE_FROM_REM) return 'three'
  return room >= TWO_FROM_REM ? 'two' : 'one'
}
