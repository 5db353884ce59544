/** The keys that act on the post that has the focus, on whatever page it stands. */
import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import type { Instance } from '../../../server/contracts/instance.ts'
import { postPath } from '../../formatting/paths.ts'
import { useCommands } from '../../hooks/use-commands.ts'
import { useServices } from '../../hooks/use-services.ts'
import { OPENED, toggled } from '../../stores/opened.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { type PostAct, usePostActs } from './use-post-acts.ts'

export function usePostKeys(): void {
  const { posts, opened, postSheet } = useServices()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const acts = usePostActs()
  const toggle = (name: string): void => opened.update((names) => toggled(names, name))
  const deeds: Readonly<Record<string, PostAct>> = {
    reply: acts.reply,
    favourite: acts.favourite,
    boost: acts.boost,
    quote: acts.quote,
    bookmark: acts.bookmark,
    profile: acts.profile,
    mention: acts.mention,
    react: acts.react,
    open: (post) => navigate(postPath(post.id)),
    open_warning: (post) => toggle(nextCover(post, opened.get())),
    open_media: (post) => toggle(OPENED.media(post.id)),
    view_media: (post) => {
      const { media_attachments: media } = post
      if (media.length > 0) postSheet.set({ kind: 'viewer', media, index: 0 })
    },
    translate: (post) => {
      const instance = queries.getQueryData<Instance>(['instance'])
      if (instance?.configuration.translation.enabled === true) acts.translate(post)
    },
  }
  useCommands((command) => {
    const deed = deeds[command]
    const id = focusedEntry(command === 'open')
    const post = deed === undefined || id === null ? undefined : posts.shown(id)
    if (deed === undefined || post === undefined) return false
    deed(post)
    return true
  })
}

/** What the key opens or closes: the filter's cover first, then the warning; a quote without either; else the whole text. */
function nextCover(post: StoredPost, names: ReadonlySet<string>): string {
  const covered = OPENED.covered(post.id)
  const isFiltered = (post.filtered ?? []).some(({ filter }) => filter.filter_action === 'warn')
  if (isFiltered && !names.has(covered)) return covered
  if (post.spoiler_text !== '') return OPENED.warning(post.id)
  if (isFiltered) return covered
  return post.quote === null ? OPENED.text(post.id) : OPENED.quote(post.id)
}

/** @param isAlone  the entry itself has the focus, and nothing in it that has a meaning of its own */
function focusedEntry(isAlone: boolean): string | null {
  const active = document.activeElement
  const entry = active?.closest<HTMLElement>('[data-entry-id]') ?? null
  if (entry === null || (isAlone && active !== entry)) return null
  return entry.dataset['entryId'] ?? null
}
