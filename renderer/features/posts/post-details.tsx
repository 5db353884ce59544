/** Under the post that a thread is about: when exactly, for whom, by which app, and how many did what with it. */
import { AppLink } from '../../components/app-link.tsx'
import { lookOfVisibility } from '../../components/visibility.ts'
import { isWebAddress } from '../../formatting/link-kind.ts'
import { formatMoment } from '../../formatting/moments.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { postPeoplePath } from '../../formatting/paths.ts'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import styles from './posts.module.css'

interface PostDetailsProps {
  readonly post: StoredPost
  /** The reader wants no numbers. */
  readonly hidesCounts: boolean
}

export function PostDetails({ post, hidesCounts }: PostDetailsProps) {
  const t = useText()
  const exact = formatMoment(t.locale, post.created_at, { dateStyle: 'long', timeStyle: 'short' })
  return (
    <div className={styles.details}>
      <p className={styles.facts}>
        <time dateTime={post.created_at}>{exact}</time>
        {' · '}
        {t(lookOfVisibility(post.visibility).name)}
        {post.application === null ? null : <Application {...post.application} />}
      </p>
      <Counts post={post} hidesCounts={hidesCounts} />
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

function Counts({ post, hidesCounts }: PostDetailsProps) {
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
          {hidesCounts
            ? t(`post.people_${about}`)
            : t(`post.count_${about}`, { count, shown: formatCount(t.locale, count) })}
        </AppLink>
      ))}
    </p>
  )
}
