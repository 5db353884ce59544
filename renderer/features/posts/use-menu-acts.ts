/** The acts of a post's menu, in groups: about the post, who did what with it, one's own post or its author. */
import {
  Bell,
  BellOff,
  Bookmark,
  BookmarkX,
  ExternalLink,
  Filter as FilterIcon,
  Heart,
  History,
  Languages,
  Link as LinkIcon,
  Quote,
  Repeat2,
  SmilePlus,
} from 'lucide-react'
import { useLocation } from 'wouter'
import type { MenuAct } from '../../components/menu-act.ts'
import { pageUrlOf } from '../../formatting/link-kind.ts'
import { postPeoplePath } from '../../formatting/paths.ts'
import { isQuotable } from '../../formatting/post-reach.ts'
import { useInstance } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { useAuthorActs } from './use-author-acts.ts'
import { useOwnPostActs } from './use-own-acts.ts'
import { usePostActs } from './use-post-acts.ts'

export function useMenuActs(post: StoredPost, isOwn: boolean): readonly (readonly MenuAct[])[] {
  const about = useAboutPost(post, isOwn)
  const people = useWhoDid(post)
  const own = useOwnPostActs(post)
  const author = useAuthorActs(post, isOwn)
  return [about, people, isOwn ? own : author].filter((group) => group.length > 0)
}

function useAboutPost(post: StoredPost, isOwn: boolean): readonly MenuAct[] {
  const t = useText()
  const acts = usePostActs()
  const { postSheet } = useServices()
  const { data: instance } = useInstance()
  const isBookmarked = post.bookmarked === true
  const isMuted = post.muted === true
  const canTranslate = instance?.configuration.translation.enabled === true && post.content !== ''
  const filter = (): void => postSheet.set({ kind: 'filter', postId: post.id })
  return [
    ...linkActs(t, pageUrlOf(post)),
    { id: 'react', icon: SmilePlus, label: t('post.react'), onPress: () => acts.react(post) },
    {
      id: 'bookmark',
      icon: isBookmarked ? BookmarkX : Bookmark,
      label: t(isBookmarked ? 'menu.unbookmark' : 'post.bookmark'),
      onPress: () => acts.bookmark(post),
    },
    ...only(isQuotable(post, isOwn), {
      id: 'quote',
      icon: Quote,
      label: t('post.quote'),
      onPress: () => acts.quote(post),
    }),
    ...only(canTranslate, {
      id: 'translate',
      icon: Languages,
      label: t('menu.translate'),
      onPress: () => acts.translate(post),
    }),
    {
      id: 'mute_conversation',
      icon: isMuted ? Bell : BellOff,
      label: t(isMuted ? 'menu.unmute_conversation' : 'menu.mute_conversation'),
      onPress: () => acts.muteConversation(post),
    },
    ...only(!isOwn, { id: 'filter', icon: FilterIcon, label: t('menu.filter'), onPress: filter }),
  ]
}

function only(isWanted: boolean, act: MenuAct): readonly MenuAct[] {
  return isWanted ? [act] : []
}

/** @param pageUrl  null where nobody outside could open it */
function linkActs(t: Text, pageUrl: string | null): readonly MenuAct[] {
  if (pageUrl === null) return []
  return [
    {
      id: 'copy',
      icon: LinkIcon,
      label: t('menu.copy'),
      onPress: () => void navigator.clipboard.writeText(pageUrl),
    },
    {
      id: 'page',
      icon: ExternalLink,
      label: t('menu.page'),
      onPress: () => void window.open(pageUrl, '_blank', 'noopener,noreferrer'),
    },
  ]
}

function useWhoDid(post: StoredPost): readonly MenuAct[] {
  const t = useText()
  const [, navigate] = useLocation()
  const { postSheet } = useServices()
  const to = (about: 'boosts' | 'favourites' | 'quotes') => (): void =>
    navigate(postPeoplePath(post.id, about))
  return [
    ...(post.edited_at === null
      ? []
      : [
          {
            id: 'history',
            icon: History,
            label: t('menu.history'),
            onPress: () => postSheet.set({ kind: 'history', postId: post.id }),
          },
        ]),
    ...(post.reblogs_count === 0
      ? []
      : [{ id: 'boosts', icon: Repeat2, label: t('menu.boosts'), onPress: to('boosts') }]),
    ...(post.favourites_count === 0
      ? []
      : [{ id: 'favourites', icon: Heart, label: t('menu.favourites'), onPress: to('favourites') }]),
    ...(post.quotes_count === 0
      ? []
      : [{ id: 'quotes', icon: Quote, label: t('menu.quotes'), onPress: to('quotes') }]),
  ]
}
