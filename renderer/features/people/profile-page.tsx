/** Somebody's profile: who they are, how the owner stands to them, and what they wrote. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'wouter'
import type { Account } from '../../../server/contracts/account.ts'
import { toFailure } from '../../api/failure.ts'
import { getAccount } from '../../api/people.ts'
import { nameOf } from '../../formatting/names.ts'
import { EmojiText } from '../../components/emoji-text.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ProfileHeader } from './profile-header.tsx'
import { ProfileMenu } from './profile-menu.tsx'
import { ProfilePosts } from './profile-posts.tsx'

export function ProfilePage() {
  const { id } = useParams<{ id: string }>()
  return <Profile key={id} id={id} />
}

function Profile({ id }: { readonly id: string }) {
  const t = useText()
  const { api } = useServices()
  const own = useOwnAccount()
  const account = useQuery({ queryKey: ['account', id], queryFn: async () => getAccount(api, id) })
  const isGone = account.error !== null && toFailure(account.error).status === 404
  return (
    <Page
      title={account.data === undefined ? t('profile.title') : <NameOf account={account.data} />}
      hasBack
      acts={
        account.data === undefined || own.data === undefined ? null : (
          <ProfileMenu
            account={account.data}
            isOwn={own.data.id === id}
            onRefresh={() => void account.refetch()}
          />
        )
      }
    >
      {isGone && account.data === undefined ? (
        <EmptyState title={t('profile.gone')} help={t('profile.gone_help')} />
      ) : (
        <QueryState query={account} loading={t('profile.loading')}>
          {(known) => <Known account={known} isOwn={own.data === undefined ? null : own.data.id === id} />}
        </QueryState>
      )}
    </Page>
  )
}

function NameOf({ account }: { readonly account: Account }) {
  return <EmojiText text={nameOf(account)} emojis={account.emojis} />
}

function Known({ account, isOwn }: { readonly account: Account; readonly isOwn: boolean | null }) {
  return (
    <>
      <ProfileHeader account={account} isOwn={isOwn} />
      <ProfilePosts account={account} isOwn={isOwn === true} />
    </>
  )
}
