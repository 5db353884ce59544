/** Under the post that a thread is about: when exactly, for whom, by which app, and how many did what with it. */
import { AppLink } from '../../components/app-link.tsx'
import { VISIBILITIES } from '../../components/visibility.ts'
import { isWebAddress } from '../../formatting/link-kind.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { postPeoplePath } from '../../formatting/paths.ts'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import styles from './posts.module.css'

export function PostDetails({ post }: { readonly post: StoredPost }) {
  const t = useText()
  const moment = new Date(post.created_at)
  const exact = new Intl.DateTimeFormat(t.locale, { dateStyle: 'long', timeStyle: 'short' }).format(moment)
  return (
    <div className={styles.details}>
      <p className={styles.facts}>
        <time dateTime={post.created_at}>{exact}</time>
        {' · '}
        {t(VISIBILITIES[post.visibility].name)}
        {post.application === null ? null : <Application {...post.application} />}
      </p>
      <Counts post={post} />
    </div>
  )
}

function Application({ name, website }: { readonly name: string; readonly website: string | null }) {
  return (
    <>
      {' · '}
      <bdi>
        {website !== null && isWebAddress(website) ? (
          <a href={website} target="_blank" rel="noopener noreferrer nofollow">
            {name}
          </a>
        ) : (
          name
        )}
      </bdi>
    </>
  )
}

function Counts({ post }: { readonly post: StoredPost }) {
  const t = useText()
  const { id, reblogs_count: boosts, favourites_count: favourites, quotes_count: quotes } = post
  const counts = [
    { about: 'boosts', count: boosts },
    { about: 'quotes', count: quotes },
    { about: 'favourites', count: favourites },
  ] as const
  const shown = counts.filter(({ count }) => count > 0)
  if (shown.length === 0) return null
  return (
    <p className={styles.counts}>
      {shown.map(({ about, count }) => (
        <AppLink key={about} to={postPeoplePath(id, about)}>
          {t(`post.count_${about}`, { count, shown: formatCount(t.locale, count) })}
        </AppLink>
      ))}
    </p>
  )
}
