/** The composer as a page of its own, where there is no room beside the posts. */
import { useText } from '../../hooks/use-text.ts'
import { Composer } from './composer.tsx'
import styles from './write-page.module.css'

export function WritePage({ onPosted }: { readonly onPosted: () => void }) {
  const t = useText()
  return (
    <section aria-labelledby="write-title" className={styles.page}>
      <h1 id="write-title">{t('composer.title')}</h1>
      <Composer autoFocus onPosted={onPosted} />
    </section>
  )
}
