/** What a reader does about the author of a post: what needs a question first is asked by the window. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ban, Flag, Unlink, UserMinus, UserPlus, VolumeX } from 'lucide-react'
import { getRelationship } from '../../api/accounts.ts'
import { follow as startFollowing, unfollow } from '../../api/people.ts'
import type { MenuAct } from '../../components/menu-act.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'

export function useAuthorActs(post: StoredPost, isOwn: boolean): readonly MenuAct[] {
  const t = useText()
  const { ask, postSheet } = useServices()
  const { data: own } = useOwnAccount()
  const follow = useFollow(post, !isOwn)
  const { account } = post
  const name = `@${account.username}`
  const quoted = post.quote !== null && 'quoted_status' in post.quote ? post.quote.quoted_status : null
  return [
    ...(follow === null ? [] : [follow]),
    ...(quoted !== null && quoted.account.id === own?.id
      ? [
          {
            id: 'revoke',
            icon: Unlink,
            label: t('menu.revoke_quote'),
            isDangerous: true,
            onPress: () => postSheet.set({ kind: 'revoke_quote', postId: post.id, ownId: quoted.id }),
          },
        ]
      : []),
    { id: 'mute', icon: VolumeX, label: t('menu.mute', { name }), onPress: () => ask.mute(account) },
    {
      id: 'block',
      icon: Ban,
      label: t('menu.block', { name }),
      isDangerous: true,
      onPress: () => ask.block(account),
    },
    {
      id: 'report',
      icon: Flag,
      label: t('menu.report', { name }),
      isDangerous: true,
      onPress: () => ask.report(account, [post.id]),
    },
  ]
}

/** Follow or unfollow; nothing while it is not known which. */
function useFollow(post: StoredPost, isEnabled: boolean): MenuAct | null {
  const t = useText()
  const { api, deeds } = useServices()
  const queries = useQueryClient()
  const { id, username } = post.account
  const queryKey = ['relationship', id]
  const { data: known } = useQuery({
    queryKey,
    queryFn: async () => getRelationship(api, id),
    enabled: isEnabled,
  })
  if (known === undefined || known === null) return null
  const isOn = known.following || known.requested
  const change = async (): Promise<void> =>
    deeds.attempt(post.id, 'follow', async () =>
      queries.setQueryData(queryKey, await (isOn ? unfollow(api, id) : startFollowing(api, id))),
    )
  return {
    id: 'follow',
    icon: isOn ? UserMinus : UserPlus,
    label: t(isOn ? 'menu.unfollow' : 'menu.follow', { name: `@${username}` }),
    onPress: () => void change(),
  }
}
