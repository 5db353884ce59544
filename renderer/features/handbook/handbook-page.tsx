/** The handbook: its topics, with a field that finds in all of them, and one of them at a time. */
import { useEffect, useState } from 'react'
import { useParams } from 'wouter'
import { AppLink } from '../../components/app-link.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { TextField } from '../../components/text-field.tsx'
import { type HandbookPage as Written, saysAll } from '../../formatting/handbook.ts'
import { placeInPage } from '../../formatting/place-in-page.ts'
import { useText } from '../../hooks/use-text.ts'
import { HandbookBlocks } from './handbook-blocks.tsx'
import styles from './handbook.module.css'
import { HANDBOOK } from './pages.ts'

export function HandbookPage() {
  const { topic } = useParams<{ topic?: string }>()
  const found = HANDBOOK.find((one) => one.topic === topic)
  return found === undefined ? (
    <Topics isUnknown={topic !== undefined} />
  ) : (
    <Topic key={found.topic} page={found.page} />
  )
}

function Topics({ isUnknown }: { readonly isUnknown: boolean }) {
  const t = useText()
  const [asked, setAsked] = useState('')
  const found = HANDBOOK.filter(({ page }) => saysAll(page, asked.trim()))
  return (
    <Page title={t('handbook.title')} note={t('handbook.note')} hasBack>
      <div className={styles.stack}>
        {isUnknown ? <p role="alert">{t('handbook.unknown')}</p> : null}
        <TextField label={t('handbook.search')} kind="search" value={asked} onChange={setAsked} />
        <p role="status" className={styles.count}>
          {t('handbook.count', { count: found.length })}
        </p>
        {found.length === 0 ? <EmptyState title={t('handbook.none')} /> : null}
        <ul className={styles.topics} lang="en" dir="ltr">
          {found.map(({ topic, page }) => (
            <li key={topic}>
              <AppLink to={`/handbook/${topic}`} className={styles.topic ?? ''}>
                <span className={styles.name}>{page.title}</span>
                <span className={styles.lead}>{page.lead}</span>
              </AppLink>
            </li>
          ))}
        </ul>
      </div>
    </Page>
  )
}

function Topic({ page }: { readonly page: Written }) {
  const t = useText()
  useEffect(() => {
    // The page came after the address that names a place in it.
    const place = placeInPage(window.location.hash)
    if (place !== '') document.getElementById(place)?.scrollIntoView()
  }, [])
  return (
    <Page title={<span lang="en">{page.title}</span>} note={<span lang="en">{page.lead}</span>} hasBack>
      <div className={styles.text} lang="en" dir="ltr">
        <HandbookBlocks blocks={page.blocks} />
      </div>
      <p className={styles.foot}>
        <AppLink to="/handbook">{t('handbook.all')}</AppLink>
      </p>
    </Page>
  )
}
