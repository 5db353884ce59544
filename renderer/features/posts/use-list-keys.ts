/** The keys of a list of posts: j and k move from post to post; what acts on a post has its own place. */
import type { RefObject } from 'react'
import type { WindowVirtualizerHandle } from 'virtua'
import { useCommands } from '../../hooks/use-commands.ts'
import { neighbour } from './entries.ts'

export function useListKeys(
  list: RefObject<WindowVirtualizerHandle | null>,
  entries: readonly string[],
  onOlder: () => void,
): void {
  const move = (step: 1 | -1): boolean => {
    const handle = list.current
    if (handle === null) return false
    const current = focusedEntry() ?? entries[handle.findItemIndex(handle.scrollOffset + 64)] ?? null
    const id = focusedEntry() === null && step === 1 ? current : neighbour(entries, current, step)
    if (id !== null) reveal(handle, entries.indexOf(id), id)
    return true
  }
  useCommands((command) => {
    if (command === 'next') return move(1)
    if (command === 'previous') return move(-1)
    if (command === 'newest' || command === 'top') {
      scrollToTop()
      return true
    }
    if (command === 'older') {
      onOlder()
      return true
    }
    return false
  })
}

export function scrollToTop(): void {
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  // A long way is no journey.
  const isFar = window.scrollY > 4 * window.innerHeight
  window.scrollTo({ top: 0, behavior: isCalm || isFar ? 'instant' : 'smooth' })
}

/** The id of the entry that holds the focus. */
export function focusedEntry(): string | null {
  const entry = document.activeElement?.closest<HTMLElement>('[data-entry-id]')
  return entry?.dataset['entryId'] ?? null
}

/** Brings an entry on the screen and gives it the focus as soon as it is in the page. */
function reveal(handle: WindowVirtualizerHandle, index: number, id: string): void {
  if (index < 0) return
  handle.scrollToIndex(index, { align: 'nearest', offset: -72 })
  let frames = 0
  const focus = (): void => {
    const element = document.querySelector<HTMLElement>(`[data-entry-id="${CSS.escape(id)}"]`)
    frames += 1
    if (element !== null) element.focus({ preventScroll: true })
    else if (frames < 30) requestAnimationFrame(focus)
  }
  requestAnimationFrame(focus)
}
