/** Finds people and posts by handle, address or name, and lets the owner follow them. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { SearchResults } from '../../../server/contracts/search-results.ts'
import { search } from '../../api/accounts.ts'
import { toFailure } from '../../api/failure.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ProfileCard } from './profile-card.tsx'
import { SearchField } from './search-field.tsx'
import styles from './search.module.css'

interface SearchPageProps {
  readonly words: string
  readonly onSearch: (words: string) => void
  /** Shows a post by its id: posts belong to another room of the house. */
  readonly renderPost: (id: string) => ReactNode
  /** The box stands elsewhere on the page already. */
  readonly hasOwnField: boolean
}

export function SearchPage({ words, onSearch, renderPost, hasOwnField }: SearchPageProps) {
  const t = useText()
  return (
    <section aria-labelledby="search-title" className={styles.page}>
      <header className={styles.header}>
        <h1 id="search-title">{t('search.title')}</h1>
        {hasOwnField ? <SearchField words={words} autoFocus={words === ''} onSearch={onSearch} /> : null}
      </header>
      {words === '' ? (
        <p className={styles.hint}>{t('search.hint')}</p>
      ) : (
        <Found words={words} renderPost={renderPost} />
      )}
    </section>
  )
}

function Found({ words, renderPost }: Pick<SearchPageProps, 'words' | 'renderPost'>) {
  const t = useText()
  const { api, posts } = useServices()
  const result = useQuery({
    queryKey: ['search', words],
    queryFn: async ({ signal }) => search(api, words, signal),
    staleTime: 60_000,
    retry: false,
  })
  const statuses = result.data?.statuses
  useEffect(() => posts.put(statuses ?? []), [posts, statuses])
  if (result.isPending) {
    return (
      <p role="status" className={styles.busy}>
        <Spinner /> {t('search.looking', { words })}
      </p>
    )
  }
  if (result.error !== null) {
    return (
      <div className={styles.hint}>
        <FailureNotice
          failure={toFailure(result.error)}
          act={{ label: t('act.try_again'), onPress: () => void result.refetch() }}
        />
      </div>
    )
  }
  return <Results results={result.data} words={words} renderPost={renderPost} />
}

interface ResultsProps extends Pick<SearchPageProps, 'words' | 'renderPost'> {
  readonly results: SearchResults
}

function Results({ results, words, renderPost }: ResultsProps) {
  const t = useText()
  const { accounts, statuses } = results
  if (accounts.length === 0 && statuses.length === 0) {
    return (
      <div className={styles.hint} role="status">
        <p>{t('search.nothing', { words })}</p>
        <p>{t('search.nothing_help')}</p>
      </div>
    )
  }
  return (
    <>
      <p role="status" className="visually-hidden">
        {t('search.found', { people: accounts.length, posts: statuses.length })}
      </p>
      <ul aria-label={t('search.people')}>
        {accounts.map((account) => (
          <li key={account.id}>
            <ProfileCard account={account} />
          </li>
        ))}
      </ul>
      {statuses.map((status) => (
        <div key={status.id}>{renderPost(status.id)}</div>
      ))}
    </>
  )
}
