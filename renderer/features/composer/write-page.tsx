/** The composer as a page of its own, where there is no room beside the posts. */
import { useText } from '../../hooks/use-text.ts'
import { Page } from '../../components/page.tsx'
import { WritingAs } from '../../components/writing-as.tsx'
import { Composer } from './composer.tsx'
import styles from './write-page.module.css'

export function WritePage({ onPosted }: { readonly onPosted: () => void }) {
  const t = useText()
  return (
    <Page title={t('composer.title')} note={<WritingAs />}>
      <div className={styles.page}>
        <Composer autoFocus onPosted={onPosted} />
      </div>
    </Page>
  )
}
