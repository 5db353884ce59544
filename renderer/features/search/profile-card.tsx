/** A person as found: picture, whole handle, own words, and the button to follow. */
import type { Account } from '../../../server/contracts/account.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Avatar } from '../../components/avatar.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { FollowButton } from '../../components/follow-button.tsx'
import { Handle } from '../../components/handle.tsx'
import { nameOf } from '../../formatting/names.ts'
import { PostHtml } from '../../components/post-html.tsx'
import { isWebAddress } from '../../formatting/link-kind.ts'
import { profilePath } from '../../formatting/paths.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { wholeHandle } from '../../formatting/handles.ts'
import { useHomeFacts, useOwnAccount } from '../../hooks/use-facts.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './profile-card.module.css'

export function ProfileCard({ account }: { readonly account: Account }) {
  const t = useText()
  const own = useOwnAccount()
  const home = useHomeFacts()
  const handle = wholeHandle(account.acct, home.data?.domain ?? null)
  const isOwn = own.data?.id === account.id
  return (
    <article className={styles.card} aria-labelledby={`person-${account.id}`}>
      <div className={styles.top}>
        <Avatar account={account} size="large" />
        <div className={styles.who}>
          <h2 id={`person-${account.id}`} className={styles.name}>
            <AppLink to={profilePath(account)}>
              <bdi>
                <EmojiText text={nameOf(account)} emojis={account.emojis} />
              </bdi>
            </AppLink>
          </h2>
          <p className={styles.handle}>
            {isOwn || !isWebAddress(account.url) ? (
              <Handle text={handle} />
            ) : (
              <a href={account.url} target="_blank" rel="noopener noreferrer">
                <Handle text={handle} />
              </a>
            )}
          </p>
        </div>
        {own.data === undefined || isOwn ? null : <FollowButton account={account} />}
      </div>
      {account.note === '' ? null : (
        <div className={styles.note} dir="auto">
          <PostHtml html={account.note} emojis={account.emojis} mentions={[]} />
        </div>
      )}
      <p className={styles.counts}>
        {t('profile.counts', {
          posts: formatCount(t.locale, account.statuses_count),
          following: formatCount(t.locale, account.following_count),
          followers: formatCount(t.locale, account.followers_count),
        })}
      </p>
    </article>
  )
}
