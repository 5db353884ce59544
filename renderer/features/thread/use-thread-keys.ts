/** j and k in a thread: from post to post as they stand there. */
import type { RefObject } from 'react'
import { useCommands } from '../../hooks/use-commands.ts'
import type { Command } from '../../keys/keymap.ts'
import { type Column, columnOf } from '../../keys/focused-column.ts'
import { scrollBoxOf } from './scroll-box.ts'

/** A row that is next but not drawn yet is there a few frames after it came near the screen. */
const MOST_FRAMES = 30
/** How far the page goes to have it drawn, in pixels. */
const NEARER = 160
/** Left free above and below a post that is gone to in a column. */
const FREE = 8

/** @param column  the thread's own: beside another page it answers only while it has the focus */
export function useThreadKeys(frame: RefObject<HTMLElement | null>, column: Column): void {
  useCommands((command) => {
    const isBeside = column === 'thread'
    if (columnOf(document.activeElement) !== column) return false
    if (command === 'next') return move(frame, 1)
    if (command === 'previous') return move(frame, -1)
    if (isBeside && command === 'top') return toTop(frame.current)
    // They are of timelines, and the one beside it has not the focus.
    return isBeside && OF_TIMELINES.has(command)
  })
}

const OF_TIMELINES: ReadonlySet<Command> = new Set(['newest', 'older'])

function move(frame: RefObject<HTMLElement | null>, step: 1 | -1): boolean {
  const entries = entriesIn(frame.current)
  if (entries.length === 0) return false
  const focused = document.activeElement?.closest<HTMLElement>('[data-entry-id]') ?? null
  if (focused === null || !entries.includes(focused)) reach(entries.find(isBelowEdge))
  else reachNext(frame, focused, step)
  return true
}

function toTop(frame: HTMLElement | null): boolean {
  if (frame === null) return false
  scrollBoxOf(frame).element?.scrollTo({ top: 0, behavior: 'instant' })
  return true
}

/** The neighbour may have to be drawn first. */
function reachNext(frame: RefObject<HTMLElement | null>, from: HTMLElement, step: 1 | -1, frames = 0): void {
  const entries = entriesIn(frame.current)
  const place = entries.indexOf(from)
  const next = place < 0 ? undefined : entries[place + step]
  if (next !== undefined) return reach(next)
  if (frames === 0) scrollBoxOf(from).by(step * NEARER)
  if (frames >= MOST_FRAMES) return
  requestAnimationFrame(() => {
    // Whoever has gone on, or into another column, is not called back.
    if (from.contains(document.activeElement)) reachNext(frame, from, step, frames + 1)
  })
}

function reach(entry: HTMLElement | undefined): void {
  if (entry === undefined) return
  entry.focus({ preventScroll: true })
  const box = scrollBoxOf(entry)
  if (box.element === null) return entry.scrollIntoView({ block: 'nearest' })
  // Only the column is moved: the page beside it keeps its place.
  const { top, bottom } = entry.getBoundingClientRect()
  const above = top - box.top - FREE
  const below = bottom - box.bottom + FREE
  if (above < 0) box.by(above)
  else if (below > 0) box.by(Math.min(below, above))
}

const entriesIn = (frame: HTMLElement | null): HTMLElement[] => [
  ...(frame?.querySelectorAll<HTMLElement>('[data-entry-id]') ?? []),
]

function isBelowEdge(entry: HTMLElement): boolean {
  return entry.getBoundingClientRect().bottom > scrollBoxOf(entry).top + FREE
}
