/** Whether any post of a list is in the page: a list that begins far below the screen has none until somebody comes near it. */
import { type RefObject, useEffect, useState } from 'react'

/** Until it is true the list is busy to a screen reader, which would find it empty otherwise. */
export function useDrawn(list: RefObject<HTMLElement | null>): boolean {
  const [isDrawn, setDrawn] = useState(false)
  useEffect(() => {
    const box = list.current
    if (box === null) return undefined
    const look = (): void => setDrawn(box.querySelector('article') !== null)
    look()
    const watch = new MutationObserver(look)
    watch.observe(box, { childList: true, subtree: true })
    return () => watch.disconnect()
  }, [list])
  return isDrawn
}
