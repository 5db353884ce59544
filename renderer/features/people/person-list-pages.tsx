/** Lists of people: who follows somebody, whom they follow, who boosted or favourited a post. */
import { useQuery } from '@tanstack/react-query'
import { Heart, Repeat2, Users } from 'lucide-react'
import { useParams } from 'wouter'
import { getAccount } from '../../api/people.ts'
import { AccountList } from '../../components/account-list.tsx'
import { FollowButton } from '../../components/follow-button.tsx'
import { Page } from '../../components/page.tsx'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { OwnFollows } from './own-follows.tsx'

type Side = 'followers' | 'following'

export function FollowersPage() {
  return <FollowSide side="followers" />
}

export function FollowingPage() {
  return <FollowSide side="following" />
}

function FollowSide({ side }: { readonly side: Side }) {
  const t = useText()
  const { api } = useServices()
  const { id } = useParams<{ id: string }>()
  const own = useOwnAccount()
  const account = useQuery({ queryKey: ['account', id], queryFn: async () => getAccount(api, id) })
  const isOwn = own.data?.id === id
  const handle = account.data === undefined ? '' : `@${account.data.acct}`
  return (
    <Page
      title={t(isOwn ? `people.own_${side}` : `people.${side}`)}
      {...(isOwn || handle === '' ? {} : { note: <bdi dir="ltr">{handle}</bdi> })}
      hasBack
    >
      {own.data === undefined ? null : isOwn ? (
        <OwnFollows key={side} side={side} />
      ) : (
        <AccountList
          path={`/api/v1/accounts/${id}/${side}`}
          label={t(`people.${side}`)}
          renderActs={(one) => (one.id === own.data.id ? null : <FollowButton account={one} />)}
          empty={{ icon: Users, title: t('people.nobody'), help: t(`people.nobody_${side}`) }}
        />
      )}
    </Page>
  )
}

export function PostBoostsPage() {
  const t = useText()
  const { id } = useParams<{ id: string }>()
  return (
    <Page title={t('people.boosted_by')} hasBack>
      <AccountList
        path={`/api/v1/statuses/${id}/reblogged_by`}
        label={t('people.boosted_by')}
        empty={{ icon: Repeat2, title: t('people.nobody'), help: t('people.nobody_known') }}
      />
    </Page>
  )
}

export function PostFavouritesPage() {
  const t = useText()
  const { id } = useParams<{ id: string }>()
  return (
    <Page title={t('people.favourited_by')} hasBack>
      <AccountList
        path={`/api/v1/statuses/${id}/favourited_by`}
        label={t('people.favourited_by')}
        empty={{ icon: Heart, title: t('people.nobody'), help: t('people.nobody_known') }}
      />
    </Page>
  )
}
