/** What the people talk about whom the reader follows, and whom the reader may like: counted by this home, for the reader alone. */
import { useQuery } from '@tanstack/react-query'
import { listSuggestions, listTrendingLinks, listTrendingTags } from '../../api/search.ts'
import { Section } from '../../components/page.tsx'
import { isWebAddress } from '../../formatting/link-kind.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { Hashtags } from './found.tsx'
import { ProfileCard } from './profile-card.tsx'
import styles from './search.module.css'

const STALE_MS = 300_000

/** Parts without anything are not there; what cannot be read now is no loss to a search. */
export function Explore() {
  const t = useText()
  const { api } = useServices()
  const tags = useQuery({
    queryKey: ['trends', 'tags'],
    queryFn: async () => listTrendingTags(api),
    staleTime: STALE_MS,
  })
  const links = useQuery({
    queryKey: ['trends', 'links'],
    queryFn: async () => listTrendingLinks(api),
    staleTime: STALE_MS,
  })
  const suggestions = useQuery({
    queryKey: ['suggestions'],
    queryFn: async () => listSuggestions(api),
    staleTime: STALE_MS,
  })
  const shared = (links.data ?? []).filter(({ url }) => isWebAddress(url))
  return (
    <>
      {tags.data === undefined || tags.data.length === 0 ? null : (
        <Section title={t('find.trends')} help={t('find.trends_help')}>
          <Hashtags tags={tags.data} />
        </Section>
      )}
      {shared.length === 0 ? null : (
        <Section title={t('find.links')}>
          <ul aria-label={t('find.links')}>
            {shared.map(({ url, title }) => (
              <li key={url} className={styles.tag}>
                <a href={url} target="_blank" rel="noopener noreferrer" dir="auto">
                  {title === '' ? url : title}
                </a>
                <span className={styles.meta} dir="ltr">
                  {URL.parse(url)?.hostname}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {suggestions.data === undefined || suggestions.data.length === 0 ? null : (
        <Section title={t('find.suggestions')}>
          <ul aria-label={t('find.suggestions')} className={styles.people}>
            {suggestions.data.map(({ account }) => (
              <li key={account.id}>
                <ProfileCard account={account} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  )
}
