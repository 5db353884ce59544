/** What a thread scrolls in: the page where it is one, the column where it stands beside another. */

export interface ScrollBox {
  /** The column; null for the page. */
  readonly element: HTMLElement | null
  /** Of its upper edge on the screen, in pixels, with what covers it. */
  readonly top: number
  readonly bottom: number
  readonly by: (pixels: number) => void
}

/** Marks the column's own scrolling. */
export const SCROLLS = { 'data-thread-scrolls': '' } as const

/** The header of a page stays above what scrolls under it. */
export const HEADER = 52

/** @param inside  anything in the thread */
export function scrollBoxOf(inside: Element): ScrollBox {
  const element = inside.closest<HTMLElement>('[data-thread-scrolls]')
  const scrolled = element ?? window
  const by = (pixels: number): void => scrolled.scrollBy({ top: pixels, behavior: 'instant' })
  if (element === null) return { element, top: HEADER, bottom: window.innerHeight, by }
  const { top, bottom } = element.getBoundingClientRect()
  return { element, top, bottom, by }
}
