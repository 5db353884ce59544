/** What any page may ask of the window around it. */
import { createContext, use } from 'react'

export interface WindowActs {
  /** Begins a reply: beside the posts where there is room, on its own page where not. @param postId  of the shown post */
  readonly reply: (postId: string) => void
  /** Opens the search with these words, or empty. */
  readonly find: (words: string) => void
  /** Three columns: search and composer stand at the side. */
  readonly isWide: boolean
}

export const WindowActsContext = createContext<WindowActs | null>(null)

export function useWindowActs(): WindowActs {
  const acts = use(WindowActsContext)
  if (acts === null) throw new Error('useWindowActs outside of WindowActsContext')
  return acts
}
