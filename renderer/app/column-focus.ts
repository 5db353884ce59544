/**
 * The focus between the timeline and the thread beside it: it goes to the thread's heading when one opens, back to the post
 * when it closes, and from one column to the other by F6 and the arrows, to where it was there last.
 */
import { useEffect, useRef } from 'react'
import { useCommands } from '../hooks/use-commands.ts'
import type { Command } from '../keys/keymap.ts'
import {
  type Column,
  MIDDLE_ENTRY,
  THREAD_COLUMN,
  THREAD_ENTRY,
  columnOf,
  columnTowards,
} from '../keys/focused-column.ts'
import { isTyping } from '../keys/typing.ts'
import { closeThread, openedEntry } from './use-shown.ts'

const HEADING = `${THREAD_COLUMN} h2`
/** The thread comes with its words when it is first opened; after this many frames it has failed, and says so. */
const MOST_FRAMES = 90

interface Turn {
  /** Names the step of the history: a column that comes or goes within one does so by the width of the window. */
  readonly step: string
  readonly path: string
  readonly threadId: string | null
}

export function useColumnFocus({ step, path, threadId }: Turn): void {
  const last = useRef({ step, path, threadId, entryId: openedEntry() })
  useEffect(() => {
    const before = last.current
    if (before.step === step && before.threadId === threadId) return undefined
    last.current = { step, path, threadId, entryId: openedEntry() }
    const isByWidth = before.step === step
    if (threadId !== null) return isByWidth && isHeld() ? undefined : toHeading()
    if (before.threadId === null || before.path !== path || isHeld()) return undefined
    return toMiddle(before.entryId)
  }, [step, path, threadId])
  useColumnKeys(threadId !== null)
}

/** Something on the page has the focus still. */
const isHeld = (): boolean => document.activeElement !== null && document.activeElement !== document.body

/** As soon as there is one. Who writes goes on writing. */
function toHeading(): () => void {
  let frames = 0
  let frame = 0
  const look = (): void => {
    const heading = document.querySelector<HTMLElement>(HEADING)
    frames += 1
    if (heading === null && frames < MOST_FRAMES) frame = requestAnimationFrame(look)
    else if (!isTyping(document.activeElement)) heading?.focus({ preventScroll: true })
  }
  frame = requestAnimationFrame(look)
  return () => cancelAnimationFrame(frame)
}

/**
 * To the post that was opened, if the reader has not gone away from it; else to the first that is on the screen. The browser
 * finds the place of the step a few frames later, and a list draws its posts anew there: whatever loses the focus by that
 * gets it again.
 */
function toMiddle(entryId: string | null): () => void {
  let given: Element | null = null
  let frames = 0
  let frame = 0
  const look = (): void => {
    const hasIt = document.activeElement
    const isOurs = given === null || hasIt === given || hasIt === document.body
    if (given === null || (isOurs && !isEntry(hasIt, entryId))) given = giveFocus(entryId)
    frames += 1
    if (isOurs && frames < SETTLED_FRAMES) frame = requestAnimationFrame(look)
  }
  look()
  return () => cancelAnimationFrame(frame)
}

/** After so many the place of a step has been found. */
const SETTLED_FRAMES = 30

const isEntry = (element: Element | null, entryId: string | null): boolean =>
  entryId !== null && element instanceof HTMLElement && element.dataset['entryId'] === entryId

/** @returns what has it now */
function giveFocus(entryId: string | null): Element | null {
  const seen = [...document.querySelectorAll<HTMLElement>(MIDDLE_ENTRY)].filter(isOnScreen)
  const wanted =
    seen.find((one) => isEntry(one, entryId)) ?? seen[0] ?? document.querySelector<HTMLElement>('main')
  if (wanted !== document.activeElement) wanted?.focus({ preventScroll: true })
  return wanted
}

/** The header covers what is above. */
const HEADER = 52

function isOnScreen(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect()
  return bottom > HEADER && top < window.innerHeight
}

/** What had the focus last in each of them. */
function useLastFocused(): Readonly<Record<Column, { current: HTMLElement | null }>> {
  const middle = useRef<HTMLElement | null>(null)
  const thread = useRef<HTMLElement | null>(null)
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent): void => {
      if (!(target instanceof HTMLElement)) return
      if (columnOf(target) === 'thread') thread.current = target
      else if (target.closest('main') !== null) middle.current = target
    }
    document.addEventListener('focusin', onFocus)
    return () => document.removeEventListener('focusin', onFocus)
  }, [])
  return { middle, thread }
}

function useColumnKeys(isOpen: boolean): void {
  const last = useLastFocused()
  useCommands((command) => {
    if (!isOpen) return false
    if (command === 'close') {
      if (isTyping(document.activeElement)) return false
      closeThread()
      return true
    }
    const here = columnOf(document.activeElement)
    const wanted = wantedColumn(command, here)
    if (wanted === null || (wanted === here && isInColumn())) return false
    const known = drawnNow(last[wanted].current, wanted)
    if (known !== null && isOnScreen(known)) known.focus({ preventScroll: true })
    else if (wanted === 'middle') toMiddle(openedEntry())
    else toHeading()
    return true
  })
}

/** A list may have drawn the post anew since. */
function drawnNow(known: HTMLElement | null, column: Column): HTMLElement | null {
  if (known === null || known.isConnected) return known
  const entries = document.querySelectorAll<HTMLElement>(column === 'thread' ? THREAD_ENTRY : MIDDLE_ENTRY)
  return [...entries].find((one) => isEntry(one, known.dataset['entryId'] ?? null)) ?? null
}

const isInColumn = (): boolean =>
  document.activeElement !== null && document.activeElement.closest(`main, ${THREAD_COLUMN}`) !== null

function wantedColumn(command: Command, here: Column): Column | null {
  const direction = document.documentElement.dir === 'rtl' ? 'rtl' : 'ltr'
  if (command === 'other_column') return here === 'thread' ? 'middle' : 'thread'
  if (command === 'column_left') return columnTowards('left', direction)
  return command === 'column_right' ? columnTowards('right', direction) : null
}
