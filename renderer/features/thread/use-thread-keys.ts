/** j and k in a thread: from post to post as they stand on the page. */
import type { RefObject } from 'react'
import { useCommands } from '../../hooks/use-commands.ts'

export function useThreadKeys(frame: RefObject<HTMLElement | null>): void {
  const move = (step: 1 | -1): boolean => {
    const entries = [...(frame.current?.querySelectorAll<HTMLElement>('[data-entry-id]') ?? [])]
    if (entries.length === 0) return false
    const focused = document.activeElement?.closest<HTMLElement>('[data-entry-id]') ?? null
    const place = focused === null ? -1 : entries.indexOf(focused)
    const next = place < 0 ? entries.find(isBelowHeader) : entries[place + step]
    next?.focus({ preventScroll: true })
    next?.scrollIntoView({ block: 'nearest' })
    return true
  }
  useCommands((command) => {
    if (command === 'next') return move(1)
    if (command === 'previous') return move(-1)
    return false
  })
}

const HEADER = 52

function isBelowHeader(entry: HTMLElement): boolean {
  return entry.getBoundingClientRect().bottom > HEADER + 8
}
