/** The keys of the timeline: j and k move from post to post, the other letters act on the one that has the focus. */
import type { RefObject } from 'react'
import type { WindowVirtualizerHandle } from 'virtua'
import { useLocation } from 'wouter'
import { isBoostable, profilePath } from '../../components/post-card.tsx'
import { useCommands } from '../../hooks/use-commands.ts'
import { useServices } from '../../hooks/use-services.ts'
import type { Command } from '../../keys/keymap.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { neighbour } from './entries.ts'
import { toggled } from './post-entry.tsx'

export function useListKeys(
  list: RefObject<WindowVirtualizerHandle | null>,
  entries: readonly string[],
  onReply: (postId: string) => void,
): void {
  const { posts, reactions, opened, timeline } = useServices()
  const [, navigate] = useLocation()
  const deeds: Partial<Readonly<Record<Command, (post: StoredPost) => void>>> = {
    reply: (post) => onReply(post.id),
    profile: (post) => navigate(profilePath(post.account)),
    favourite: (post) => void reactions.toggle(post.id, 'favourite'),
    boost: (post) => void (isBoostable(post) && reactions.toggle(post.id, 'boost')),
    open_warning: (post) => opened.update((ids) => toggled(ids, post.id)),
    open_media: (post) => opened.update((ids) => toggled(ids, `media ${post.id}`)),
  }
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
      void timeline.loadOlder()
      return true
    }
    const id = focusedEntry()
    const post = id === null ? undefined : posts.shown(id)
    const deed = post === undefined ? undefined : deeds[command]
    if (post === undefined || deed === undefined) return false
    deed(post)
    return true
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
