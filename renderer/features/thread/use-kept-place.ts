/** Keeps the post of a thread where it is on the screen while posts come above it, and finds the place again on Back. */
import { type RefObject, useEffect, useLayoutEffect } from 'react'
import type { OpenThread } from '../../stores/threads.ts'
import { scrollBoxOf } from './scroll-box.ts'

type Place = RefObject<HTMLElement | null>

interface Parts {
  readonly above: Place
  readonly focus: Place
  readonly frame: Place
  readonly isBeside: boolean
}

export function useKeptPlace(open: OpenThread, { above, focus, frame, isBeside }: Parts): void {
  useEffect(() => {
    const upper = above.current
    const post = focus.current
    if (upper === null || post === null) return undefined
    let height = 0
    let isFirst = true
    const observer = new ResizeObserver(() => {
      const grown = upper.offsetHeight - height
      height = upper.offsetHeight
      const box = scrollBoxOf(post)
      const top = post.getBoundingClientRect().top - box.top
      if (isFirst && open.postTop !== null) box.by(top - open.postTop)
      // Who reads above, further than a screen away, is not moved for the sake of what they do not see.
      else if (grown !== 0 && top - grown < box.bottom) box.by(grown)
      isFirst = false
    })
    observer.observe(upper)
    return () => observer.disconnect()
  }, [open, above, focus])
  // Before the page is taken down, while its place can still be read.
  useLayoutEffect(() => {
    const post = focus.current
    const whole = frame.current
    return () => {
      if (post === null || whole === null) return
      const box = scrollBoxOf(post)
      open.postTop = post.getBoundingClientRect().top - box.top
      const read = [...whole.querySelectorAll<HTMLElement>('[data-entry-id]')].find(
        (entry) => entry.getBoundingClientRect().bottom > box.top + READ_FROM,
      )
      const top = (read?.getBoundingClientRect().top ?? 0) - box.top
      open.left = { entryId: read?.dataset['entryId'] ?? '', top, isBeside }
    }
  }, [open, focus, frame, isBeside])
}

/** So many pixels of a post below the edge are more than its last line. */
const READ_FROM = 24
