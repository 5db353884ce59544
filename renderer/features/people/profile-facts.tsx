/** Facts of a profile: fields, since when, numbers, and who among those one follows follows them too. */
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck } from 'lucide-react'
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import { listFamiliarFollowers } from '../../api/people.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Folding } from '../../components/folding.tsx'
import { PostHtml } from '../../components/post-html.tsx'
import { formatMoment } from '../../formatting/moments.ts'
import { nameOf } from '../../formatting/names.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { shortened } from '../../formatting/shorten.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './profile.module.css'

/** More stand in no other profile; the rest is there when asked for. */
const MOST_FIELDS = 16
/** In letters. */
const MOST_OF_NAME = 120

export function Fields({ account }: { readonly account: Account }) {
  const t = useText()
  const [showsAll, setShowsAll] = useState(false)
  const { fields } = account
  if (fields.length === 0) return null
  const shown = showsAll ? fields : fields.slice(0, MOST_FIELDS)
  return (
    <>
      <dl className={styles.fields}>
        {shown.map((field, place) => (
          // Fields have no names of their own, and never move against each other.
          // oxlint-disable-next-line react/no-array-index-key -- see above
          <OneField key={place} field={field} emojis={account.emojis} />
        ))}
      </dl>
      {shown.length === fields.length ? null : (
        <Button look="plain" onPress={() => setShowsAll(true)}>
          {t('profile.all_fields', { count: fields.length })}
        </Button>
      )}
    </>
  )
}

type Field = Account['fields'][number]

function OneField({ field, emojis }: { readonly field: Field; readonly emojis: Account['emojis'] }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={cx(field.verified_at !== null && styles.verified)}>
      <dt dir="auto">
        <EmojiText text={shortened(field.name, MOST_OF_NAME)} emojis={emojis} />
      </dt>
      <dd dir="auto">
        <Folding isOpen={isOpen} onToggle={() => setOpen(!isOpen)}>
          <div>
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
            <PostHtml html={field.value} emojis={emojis} mentions={[]} />
          </div>
        </Folding>
      </dd>
    </div>
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
  return formatMoment(locale, moment, { dateStyle: 'medium', timeZone: 'UTC' })
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
