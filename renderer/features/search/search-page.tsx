/** Finds people, posts and hashtags; whole handles and addresses are looked up on their own server. */
import { type ReactNode, useMemo, useState } from 'react'
import { Tabs } from '../../components/tabs.tsx'
import { useText } from '../../hooks/use-text.ts'
import { Explore } from './explore.tsx'
import { EverythingFound, FoundOfKind } from './found.tsx'
import { SearchField } from './search-field.tsx'
import { SearchHelp } from './search-help.tsx'
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
        <>
          <p className={styles.hint}>{t('search.hint')}</p>
          <SearchHelp />
          <Explore />
        </>
      ) : (
        <Found key={words} words={words} renderPost={renderPost} />
      )}
    </section>
  )
}

const KINDS = ['all', 'accounts', 'statuses', 'hashtags'] as const
type Kind = (typeof KINDS)[number]

function Found({ words, renderPost }: Pick<SearchPageProps, 'words' | 'renderPost'>) {
  const t = useText()
  const [kind, setKind] = useState<Kind>('all')
  const tabs = useMemo(() => KINDS.map((name) => ({ name, label: t(`find.${name}`) })), [t])
  return (
    <Tabs label={t('find.tabs')} tabs={tabs} value={kind} onChange={setKind}>
      {kind === 'all' ? (
        <EverythingFound words={words} renderPost={renderPost} />
      ) : (
        <FoundOfKind words={words} kind={kind} renderPost={renderPost} />
      )}
    </Tabs>
  )
}
