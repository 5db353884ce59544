/** What somebody wrote, in views of their own; the view is part of the address, so that Back finds it. */
import { useQuery } from '@tanstack/react-query'
import { FileText, Image, MessagesSquare } from 'lucide-react'
import { useSearchParams } from 'wouter'
import type { Account } from '../../../server/contracts/account.ts'
import { listAccountPosts } from '../../api/account-posts.ts'
import { Tabs } from '../../components/tabs.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { PostEntry } from '../posts/post-entry.tsx'
import { PostList } from '../posts/post-list.tsx'
import { About } from './about.tsx'
import styles from './profile.module.css'

const VIEWS = ['posts', 'replies', 'media', 'about'] as const
type View = (typeof VIEWS)[number]

interface ProfilePostsProps {
  readonly account: Account
  readonly isOwn: boolean
}

export function ProfilePosts({ account, isOwn }: ProfilePostsProps) {
  const t = useText()
  const [parameters, setParameters] = useSearchParams()
  const view = VIEWS.find((name) => name === parameters.get('view')) ?? 'posts'
  const choose = (name: View): void =>
    setParameters(name === 'posts' ? {} : { view: name }, { replace: true })
  const path = `/api/v1/accounts/${account.id}/statuses`
  const name = `@${account.acct}`
  return (
    <Tabs
      label={t('profile.views')}
      tabs={VIEWS.map((one) => ({ name: one, label: t(`profile.view_${one}`) }))}
      value={view}
      onChange={choose}
    >
      {view === 'posts' ? (
        <>
          <Pinned accountId={account.id} />
          <PostList
            path={path}
            query={{ exclude_replies: true }}
            empty={{
              icon: FileText,
              title: t('profile.no_posts'),
              help: isOwn ? t('profile.no_posts_own') : t('profile.no_posts_help', { name }),
            }}
            isLive
          />
        </>
      ) : null}
      {view === 'replies' ? (
        <PostList
          path={path}
          query={{ exclude_reblogs: true }}
          empty={{
            icon: MessagesSquare,
            title: t('profile.no_posts'),
            help: t('profile.no_posts_help', { name }),
          }}
        />
      ) : null}
      {view === 'media' ? (
        <PostList
          path={path}
          query={{ only_media: true }}
          empty={{ icon: Image, title: t('profile.no_media'), help: t('profile.no_posts_help', { name }) }}
        />
      ) : null}
      {view === 'about' ? <About account={account} /> : null}
    </Tabs>
  )
}

/** Nothing is said where there are none, nor where they cannot be fetched: the list below says that the home is away. */
function Pinned({ accountId }: { readonly accountId: string }) {
  const t = useText()
  const { api, posts } = useServices()
  const { data } = useQuery({
    queryKey: ['pinned', accountId],
    queryFn: async () => {
      const { items } = await listAccountPosts(api, accountId, { onlyPinned: true }, { limit: 20 })
      posts.put(items)
      return items.map(({ id }) => id)
    },
  })
  if (data === undefined || data.length === 0) return null
  return (
    <section aria-label={t('profile.pinned')} className={styles.pinned}>
      {data.map((id) => (
        <div key={id}>
          <PostEntry id={id} context="account" isPinnedHere />
        </div>
      ))}
    </section>
  )
}
