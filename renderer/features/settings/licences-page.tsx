/** What Homebird is made of: every part with its version, its licence, and the text of it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { LicenceList, LicencedPart } from '../../../server/contracts/licences.ts'
import { getLicences } from '../../api/licences.ts'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { findParts } from '../../formatting/find-parts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './licences.module.css'

export function LicencesPage() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({
    queryKey: ['licences'],
    queryFn: async () => getLicences(api),
    staleTime: Infinity,
  })
  return (
    <Page title={t('licences.title')} note={t('licences.note')} hasBack>
      <QueryState query={query}>{(list) => <Parts list={list} />}</QueryState>
    </Page>
  )
}

function Parts({ list }: { readonly list: LicenceList }) {
  const t = useText()
  const [words, setWords] = useState('')
  const found = findParts(list.parts, words)
  return (
    <div className={styles.stack}>
      <TextField label={t('licences.search')} kind="search" value={words} onChange={setWords} />
      <p role="status" className={styles.count}>
        {t('licences.count', { count: found.length })}
      </p>
      {found.length === 0 ? (
        <EmptyState title={t('licences.none')} help={t('licences.none_help')} />
      ) : (
        <ul className={styles.parts}>
          {found.map((part) => (
            <li key={`${part.name} ${part.version}`}>
              <Part part={part} texts={list.texts} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** The text stands in the page only while it is read: all of them together are long. */
function Part({ part, texts }: { readonly part: LicencedPart; readonly texts: readonly string[] }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <details className={styles.part} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <bdi className={styles.name}>{part.name}</bdi> <bdi className={styles.version}>{part.version}</bdi>{' '}
        <bdi className={styles.licence}>{part.licence ?? t('licences.unnamed')}</bdi>
      </summary>
      {!isOpen ? null : part.texts.length === 0 ? (
        <p className={styles.count}>{t('licences.no_text')}</p>
      ) : (
        part.texts.map((place) => (
          <pre key={place} className={styles.text} dir="ltr" lang="en">
            {texts[place]}
          </pre>
        ))
      )}
    </details>
  )
}
