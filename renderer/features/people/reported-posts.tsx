/** Posts of somebody to choose from: those the report was begun with, and their latest. */
import { useQuery } from '@tanstack/react-query'
import type { Status } from '../../../server/contracts/status.ts'
import { getPosts, listAccountPosts } from '../../api/account-posts.ts'
import { Checkbox } from '../../components/checkbox.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { textOfHtml } from '../../components/sanitize.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './questions.module.css'

/** Enough to find what it is about; older ones are reported from the post itself. */
const LATEST = 20

interface ReportedPostsProps {
  readonly accountId: string
  readonly first: readonly string[]
  readonly chosen: ReadonlySet<string>
  readonly onChange: (chosen: ReadonlySet<string>) => void
}

export function ReportedPosts({ accountId, first, chosen, onChange }: ReportedPostsProps) {
  const t = useText()
  const { api } = useServices()
  const posts = useQuery({
    queryKey: ['reported-posts', accountId, ...first],
    queryFn: async () => {
      const [named, latest] = await Promise.all([
        getPosts(api, first),
        listAccountPosts(api, accountId, { excludesBoosts: true }, { limit: LATEST }),
      ])
      const known = new Set(first)
      return [...named, ...latest.items.filter(({ id }) => !known.has(id))]
    },
  })
  const change = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen)
    if (isChosen) next.add(id)
    else next.delete(id)
    onChange(next)
  }
  return (
    <div className={styles.words}>
      <h3 className={styles.label}>{t('people.report_posts', { count: chosen.size })}</h3>
      <QueryState query={posts}>
        {(found) =>
          found.length === 0 ? (
            <p className={styles.meta}>{t('people.report_no_posts')}</p>
          ) : (
            <ul className={styles.posts}>
              {found.map((post) => (
                <li key={post.id}>
                  <Checkbox isSelected={chosen.has(post.id)} onChange={(is) => change(post.id, is)}>
                    <span className={styles.excerpt} dir="auto">
                      {excerptOf(post) || t('people.report_only_media')}
                    </span>
                    <span className={styles.meta}>
                      <RelativeTime moment={post.created_at} />
                    </span>
                  </Checkbox>
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
    </div>
  )
}

function excerptOf({ spoiler_text: warning, content }: Status): string {
  return warning === '' ? textOfHtml(content) : warning
}
