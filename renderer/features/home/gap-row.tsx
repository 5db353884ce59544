/** Posts that are not here yet, between two that are: loaded from either side, and what is read stays where it is. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useId } from 'react'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Gap } from '../../stores/home-timeline.ts'
import styles from './home.module.css'

export function GapRow({ gap }: { readonly gap: Gap }) {
  const t = useText()
  const id = useId()
  const { timeline } = useServices()
  const fill = (side: 'above' | 'below'): void => void timeline.fillGap(gap.name, side)
  return (
    // A feed holds articles and nothing else.
    <article aria-labelledby={id} className={styles.gap}>
      <p id={id}>{t('home.gap')}</p>
      <div className={styles.gapActs}>
        <Button isBusy={gap.isLoading} onPress={() => fill('above')}>
          <ArrowDown aria-hidden size={16} /> {t('home.gap_older')}
        </Button>
        <Button isBusy={gap.isLoading} onPress={() => fill('below')}>
          <ArrowUp aria-hidden size={16} /> {t('home.gap_newer')}
        </Button>
      </div>
      {gap.failure === null ? null : <FailureNotice failure={gap.failure} meaning={t('posts.kept')} />}
    </article>
  )
}
