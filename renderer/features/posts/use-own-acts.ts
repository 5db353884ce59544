/** What the owner does with a post of their own. */
import { Pencil, PenLine, Pin, PinOff, Send, Settings2, Trash2 } from 'lucide-react'
import type { MenuAct } from '../../components/menu-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { usePostActs } from './use-post-acts.ts'

export function useOwnPostActs(post: StoredPost): readonly MenuAct[] {
  const t = useText()
  const acts = usePostActs()
  const { postSheet } = useServices()
  const isPinned = post.pinned === true
  return [
    { id: 'edit', icon: Pencil, label: t('menu.edit'), onPress: () => acts.edit(post) },
    ...(post.visibility === 'direct'
      ? []
      : [
          {
            id: 'pin',
            icon: isPinned ? PinOff : Pin,
            label: t(isPinned ? 'menu.unpin' : 'menu.pin'),
            onPress: () => acts.pin(post),
          },
        ]),
    ...(post.visibility === 'public' || post.visibility === 'unlisted'
      ? [
          {
            id: 'policy',
            icon: Settings2,
            label: t('menu.quote_policy'),
            onPress: () => postSheet.set({ kind: 'quote_policy', postId: post.id }),
          },
        ]
      : []),
    {
      id: 'deliveries',
      icon: Send,
      label: t('menu.deliveries'),
      onPress: () => postSheet.set({ kind: 'deliveries', postId: post.id }),
    },
    {
      id: 'rewrite',
      icon: PenLine,
      label: t('menu.rewrite'),
      isDangerous: true,
      onPress: () => postSheet.set({ kind: 'rewrite', postId: post.id }),
    },
    {
      id: 'delete',
      icon: Trash2,
      label: t('menu.delete'),
      isDangerous: true,
      onPress: () => acts.delete(post),
    },
  ]
}
