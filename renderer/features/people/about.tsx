/** What somebody puts forward: hashtags and people. */
import { useQuery } from '@tanstack/react-query'
import { Hash } from 'lucide-react'
import type { Account } from '../../../server/contracts/account.ts'
import { listEndorsed, listFeaturedTags } from '../../api/people.ts'
import { AccountRow } from '../../components/account-row.tsx'
import { AppLink } from '../../components/app-link.tsx'
import { EmptyState, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './profile.module.css'

export function About({ account }: { readonly account: Account }) {
  const t = useText()
  const { api } = useServices()
  const about = useQuery({
    queryKey: ['about', account.id],
    queryFn: async () => {
      const [tags, people] = await Promise.all([
        listFeaturedTags(api, account.id),
        listEndorsed(api, account.id),
      ])
      return { tags, people }
    },
  })
  return (
    <QueryState query={about}>
      {({ tags, people }) =>
        tags.length === 0 && people.length === 0 ? (
          <EmptyState
            icon={Hash}
            title={t('profile.about_nothing')}
            help={t('profile.about_nothing_help', { name: `@${account.acct}` })}
          />
        ) : (
          <>
            {tags.length === 0 ? null : (
              <Section title={t('profile.featured_tags')}>
                <ul className={styles.tags}>
                  {tags.map((tag) => (
                    <li key={tag.id}>
                      <AppLink to={`/tags/${encodeURIComponent(tag.name)}`}>
                        <bdi>#{tag.name}</bdi>{' '}
                        <span>{formatCount(t.locale, Number(tag.statuses_count))}</span>
                      </AppLink>
                    </li>
                  ))}
                </ul>
              </Section>
            )}
            {people.length === 0 ? null : (
              <Section title={t('profile.endorsed')}>
                <ul className={styles.endorsed}>
                  {people.map((one) => (
                    <li key={one.id}>
                      <AccountRow account={one} />
                    </li>
                  ))}
                </ul>
              </Section>
            )}
          </>
        )
      }
    </QueryState>
  )
}
