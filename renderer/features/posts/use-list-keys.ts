/** The keys of a list of posts: j and k move from post to post; what acts on a post has its own place. */
import type { RefObject } from 'react'
import type { WindowVirtualizerHandle } from 'virtua'
import { useMiddleCommands } from '../../hooks/use-commands.ts'
import { MIDDLE_ENTRY, columnOf } from '../../keys/focused-column.ts'
import { isTyping } from '../../keys/typing.ts'
import { neighbour } from './entries.ts'

export function useListKeys(
  list: RefObject<WindowVirtualizerHandle | null>,
  box: RefObject<HTMLElement | null>,
  entries: readonly string[],
  onOlder: () => void,
): void {
  const move = (step: 1 | -1): boolean => {
    const handle = list.current
    if (handle === null) return false
    const current = focusedEntry() ?? entries[handle.findItemIndex(scrolled(handle, box) + 64)] ?? null
    const id = focusedEntry() === null && step === 1 ? current : neighbour(entries, current, step)
    if (id !== null) reveal(handle, scrolled(handle, box), entries.indexOf(id), id)
    return true
  }
  useMiddleCommands((command) => {
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

/** How far the list has gone up, in pixels; it hears of a step only when the next picture is drawn. */
function scrolled(handle: WindowVirtualizerHandle, box: RefObject<HTMLElement | null>): number {
  return box.current === null ? handle.scrollOffset : -box.current.getBoundingClientRect().top
}

/** A journey to the top has begun and has not ended. */
let isUnderWay = false

/** Whoever asks again on the way is there at once: a journey that begins anew with each press of a key would get nowhere. */
export function scrollToTop(): void {
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  // A long way is no journey.
  const isFar = window.scrollY > 4 * window.innerHeight
  const isAtOnce = isCalm || isFar || isUnderWay
  isUnderWay = !isAtOnce && window.scrollY > 0
  if (isUnderWay) document.addEventListener('scrollend', () => (isUnderWay = false), { once: true })
  window.scrollTo({ top: 0, behavior: isAtOnce ? 'instant' : 'smooth' })
}

/** The id of the entry that holds the focus. */
export function focusedEntry(): string | null {
  const entry = document.activeElement?.closest<HTMLElement>('[data-entry-id]')
  return entry?.dataset['entryId'] ?? null
}

/** Covered above the list, in pixels, with room to breathe. */
const HEADER = 72

/**
 * Brings an entry on the screen and gives it the focus as soon as it is in the page.
 * @param scrolledTo  how far the list has gone up, whatever it has heard of that
 */
function reveal(handle: WindowVirtualizerHandle, scrolledTo: number, index: number, id: string): void {
  if (index < 0) return
  const offset = handle.getItemOffset(index)
  const size = handle.getItemSize(index)
  const isTall = size > handle.viewportSize - HEADER
  if (isTall || offset - HEADER < scrolledTo) handle.scrollToIndex(index, { align: 'start', offset: -HEADER })
  else if (offset + size > scrolledTo + handle.viewportSize) handle.scrollToIndex(index, { align: 'end' })
  let frames = 0
  const focus = (): void => {
    // Whoever has gone to the thread beside it, or writes, is not called back.
    const held = document.activeElement
    if (columnOf(held) !== 'middle' || isTyping(held)) return
    const element = document.querySelector<HTMLElement>(`${MIDDLE_ENTRY}[data-entry-id="${CSS.escape(id)}"]`)
    frames += 1
    if (element !== null) element.focus({ preventScroll: true })
    else if (frames < 30) requestAnimationFrame(focus)
  }
  requestAnimationFrame(focus)
}
