/**
 * Which page stands in the middle and which thread beside it, as the step of the browser's history says. The address is
 * always that of the thread; the page that it was opened from is kept in the step's state, which a reload keeps and a link
 * that is passed on does not: whoever follows that one sees the thread whole.
 */
import { ROUTES, type WindowPath } from './routes.ts'

export interface Beside {
  /** Path and query of the page that the thread was opened from. */
  readonly place: string
  /** The entry that was opened there: it gets the focus back. */
  readonly entryId: string | null
  /** Steps of the history back to that page. */
  readonly depth: number
}

/** One step of the browser's history. */
export interface Step {
  readonly path: string
  /** As in the address, with its question mark. */
  readonly search: string
  readonly state: unknown
}

export interface Shown {
  /** Path of the page in the middle. */
  readonly path: string
  readonly search: string
  /** The post whose thread stands beside it; null where none does. */
  readonly threadId: string | null
}

/** Pages of posts: reading goes on there while a thread is open. */
const READ_FROM: readonly WindowPath[] = [
  ROUTES.home,
  ROUTES.local,
  ROUTES.federated,
  ROUTES.tag,
  ROUTES.links,
  ROUTES.list,
  ROUTES.person,
  ROUTES.notifications,
  ROUTES.mentions,
  ROUTES.bookmarks,
  ROUTES.favourites,
  ROUTES.postQuotes,
  ROUTES.search,
  ROUTES.write,
]

const patternOf = (path: WindowPath): RegExp => new RegExp(`^${path.replace(/:\w+/, '[^/]+')}$`)
const PATTERNS = READ_FROM.map(patternOf)
const THREAD = /^\/posts\/([^/?#]+)$/

/** More steps than anybody goes from one thread to the next. */
const MOST_DEPTH = 1_000

export function shownAt(step: Step, isWide: boolean): Shown {
  const threadId = threadOf(step.path)
  const beside = isWide && threadId !== null ? besideOf(step.state) : null
  if (beside === null) return { path: step.path, search: step.search, threadId: null }
  const [path = '', query] = beside.place.split('?')
  return { path, search: query === undefined ? '' : `?${query}`, threadId }
}

/**
 * The state of the step that leads from one to a path: of a thread, where it can stand beside; null for everything else.
 * The name of the visit goes along, by which the list in the middle is known.
 * @param entryId  the entry of the list that has the focus
 */
export function stateOfNext(to: string, from: Step, entryId: string | null): object | null {
  if (threadOf(to) === null) return null
  const open = threadOf(from.path) === null ? null : besideOf(from.state)
  const { visit } = factsOf(from.state)
  const named = typeof visit === 'string' ? { visit } : {}
  if (open !== null) {
    return { ...named, beside: { ...open, entryId: entryId ?? open.entryId, depth: open.depth + 1 } }
  }
  if (!isReadFrom(from.path)) return null
  return { ...named, beside: { place: from.path + from.search, entryId, depth: 1 } }
}

/** What the state of a step says of the page beside its thread; null where it says nothing that makes sense. */
export function besideOf(state: unknown): Beside | null {
  const { place, entryId, depth } = factsOf(factsOf(state)['beside'])
  if (typeof place !== 'string' || !isReadFrom(place.split('?')[0] ?? '')) return null
  if (typeof depth !== 'number' || !Number.isInteger(depth) || depth < 1 || depth > MOST_DEPTH) return null
  return { place, entryId: typeof entryId === 'string' ? entryId : null, depth }
}

function threadOf(path: string): string | null {
  const id = THREAD.exec(path)?.[1]
  if (id === undefined) return null
  try {
    return decodeURIComponent(id)
  } catch {
    return null // nobody's address
  }
}

const isReadFrom = (path: string): boolean => PATTERNS.some((pattern) => pattern.test(path))

function factsOf(raw: unknown): Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {}
}
