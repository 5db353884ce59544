/** Facts of a profile: fields, since when, numbers, and who among those one follows follows them too. */
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck } from 'lucide-react'
import type { Account } from '../../../server/contracts/account.ts'
import { listFamiliarFollowers } from '../../api/people.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { cx } from '../../components/cx.ts'
import { EmojiText } from '../../components/emoji-text.tsx'
import { PostHtml } from '../../components/post-html.tsx'
import { nameOf } from '../../formatting/names.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './profile.module.css'

export function Fields({ account }: { readonly account: Account }) {
  const t = useText()
  if (account.fields.length === 0) return null
  return (
    <dl className={styles.fields}>
      {account.fields.map((field, place) => (
        // Fields have no names of their own, and never move against each other.
        // oxlint-disable-next-line react/no-array-index-key -- see above
        <div key={place} className={cx(field.verified_at !== null && styles.verified)}>
          <dt dir="auto">
            <EmojiText text={field.name} emojis={account.emojis} />
          </dt>
          <dd dir="auto">
            {field.verified_at === null ? null : (
              <span
                className={styles.check}
                title={t('profile.verified', { date: day(t.locale, field.verified_at) })}
              >
                <BadgeCheck aria-hidden size={16} />
                <span className="visually-hidden">
                  {t('profile.verified', { date: day(t.locale, field.verified_at) })}
                </span>
              </span>
            )}
            <PostHtml html={field.value} emojis={account.emojis} mentions={[]} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function Joined({ account }: { readonly account: Account }) {
  const t = useText()
  return (
    <p className={styles.joined}>
      {t('profile.joined', { date: day(t.locale, account.created_at) })}
      {account.last_status_at === null
        ? null
        : ` · ${t('profile.last_post', { date: day(t.locale, account.last_status_at) })}`}
    </p>
  )
}

function day(locale: string, moment: string): string {
  // Days come without a time of day, and are the same everywhere.
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(moment))
}

export function Counts({ account }: { readonly account: Account }) {
  const t = useText()
  const shown = (count: number): string => formatCount(t.locale, count)
  const { statuses_count: posts, following_count: following, followers_count: followers } = account
  return (
    <p className={styles.counts}>
      <span>{t('profile.count_posts', { count: posts, shown: shown(posts) })}</span>
      <AppLink to={`/people/${account.id}/following`}>
        {t('profile.count_following', { count: following, shown: shown(following) })}
      </AppLink>
      <AppLink to={`/people/${account.id}/followers`}>
        {t('profile.count_followers', { count: followers, shown: shown(followers) })}
      </AppLink>
    </p>
  )
}

const MOST_NAMED = 3

/** Not worth a word where there are none, nor where it cannot be told. */
export function FamiliarFollowers({ accountId }: { readonly accountId: string }) {
  const t = useText()
  const { api } = useServices()
  const { data: familiar = [] } = useQuery({
    queryKey: ['familiar-followers', accountId],
    queryFn: async () => listFamiliarFollowers(api, accountId),
    staleTime: 300_000,
  })
  if (familiar.length === 0) return null
  const named = familiar.slice(0, MOST_NAMED)
  const more = familiar.length - named.length
  return (
    <div className={styles.familiar}>
      <span className={styles.faces}>
        {named.map((one) => (
          <Avatar key={one.id} account={one} size="small" />
        ))}
      </span>
      <p>
        {t('profile.familiar')}{' '}
        {named.map((one, place) => (
          <span key={one.id}>
            {place === 0 ? '' : ', '}
            <AppLink to={`/people/${one.id}`}>
              <bdi>
                <EmojiText text={nameOf(one)} emojis={one.emojis} />
              </bdi>
            </AppLink>
          </span>
        ))}
        {more === 0 ? null : ` ${t('profile.familiar_more', { count: more })}`}
      </p>
    </div>
  )
}
