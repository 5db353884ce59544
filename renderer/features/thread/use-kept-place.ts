/** Keeps the post of a thread where it is on the screen while posts come above it, and finds the place again on Back. */
import { type RefObject, useEffect, useLayoutEffect } from 'react'
import type { OpenThread } from '../../stores/threads.ts'

type Place = RefObject<HTMLElement | null>

export function useKeptPlace(open: OpenThread, aboveRef: Place, focusRef: Place): void {
  useEffect(() => {
    const above = aboveRef.current
    const focus = focusRef.current
    if (above === null || focus === null) return undefined
    let height = 0
    let isFirst = true
    const observer = new ResizeObserver(() => {
      const grown = above.offsetHeight - height
      height = above.offsetHeight
      const { top } = focus.getBoundingClientRect()
      if (isFirst && open.postTop !== null) window.scrollBy({ top: top - open.postTop, behavior: 'instant' })
      // Who reads above, further than a screen away, is not moved for the sake of what they do not see.
      else if (grown !== 0 && top - grown < window.innerHeight)
        window.scrollBy({ top: grown, behavior: 'instant' })
      isFirst = false
    })
    observer.observe(above)
    return () => observer.disconnect()
  }, [open, aboveRef, focusRef])
  // Before the page is taken down, while its place can still be read.
  useLayoutEffect(() => {
    const focus = focusRef.current
    return () => {
      if (focus !== null) open.postTop = focus.getBoundingClientRect().top
    }
  }, [open, focusRef])
}
