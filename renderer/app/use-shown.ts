/** What the window shows, followed through the steps of the browser's history; and the ways from one step to the next. */
import type { BaseLocationHook } from 'wouter'
import { navigate, useLocationProperty } from 'wouter/use-browser-location'
import { useColumns } from '../hooks/use-columns.ts'
import { MIDDLE_ENTRY, THREAD_COLUMN } from '../keys/focused-column.ts'
import { type Shown, type Step, besideOf, shownAt, stateOfNext } from './beside.ts'

function presentStep(): Step {
  const { pathname, search } = window.location
  return { path: pathname, search, state: window.history.state as unknown }
}

/** Each part by itself: what stays as it is draws nothing anew. */
export function useShown(): Shown & { readonly step: string } {
  const isWide = useColumns() === 'three'
  const part = (name: keyof Shown): string | null => shownAt(presentStep(), isWide)[name]
  const path = useLocationProperty(() => part('path')) ?? ''
  const search = useLocationProperty(() => part('search')) ?? ''
  const threadId = useLocationProperty(() => part('threadId'))
  const step = useLocationProperty(nameOfStep)
  return { path, search, threadId, step }
}

/** Two that show different things have different ones, however wide the window is. */
function nameOfStep(): string {
  const { path, search, state } = presentStep()
  return JSON.stringify([path, search, besideOf(state)])
}

/** Of the page in the middle: its links, parameters and the mark of the present way know nothing of the thread beside it. */
const useMiddleLocation: BaseLocationHook = () => {
  const isWide = useColumns() === 'three'
  return [useLocationProperty(() => shownAt(presentStep(), isWide).path), go]
}

function useMiddleSearch(): string {
  const isWide = useColumns() === 'three'
  return useLocationProperty(() => shownAt(presentStep(), isWide).search)
}

/** For the router of the whole window. */
export const MIDDLE_ROUTER = { hook: useMiddleLocation, searchHook: useMiddleSearch } as const

interface GoOptions {
  readonly replace?: boolean
  readonly state?: unknown
}

function go(to: string, { replace = false, state = null }: GoOptions = {}): void {
  // The thread that is open already.
  if (to === window.location.pathname && besideOf(window.history.state) !== null) {
    document.querySelector<HTMLElement>(`${THREAD_COLUMN} h2`)?.focus({ preventScroll: true })
    return
  }
  const entry = document.activeElement?.closest<HTMLElement>(MIDDLE_ENTRY)
  const next = state ?? stateOfNext(to, presentStep(), entry?.dataset['entryId'] ?? null)
  navigate(to, { replace, state: next })
}

/** Goes back to the page in the middle as it was when the first of the threads was opened beside it. */
export function closeThread(): void {
  const beside = besideOf(window.history.state)
  if (beside === null) return
  // A history that was cut short by the browser does not reach so far.
  if (window.history.length > beside.depth) window.history.go(-beside.depth)
  else navigate(beside.place)
}

/** The same thread as a page: a step of its own, from which Back leads to the two columns. */
export function openThreadWhole(): void {
  navigate(window.location.pathname + window.location.search)
}

/** How many threads were opened one from the other beside the page. */
export function stepsBeside(): number {
  return besideOf(window.history.state)?.depth ?? 0
}

/** The entry from which the threads beside were opened. */
export function openedEntry(): string | null {
  return besideOf(window.history.state)?.entryId ?? null
}
