/** The state of the home in one sentence: a shape, a word, and when it was last proved from outside. */
import type { HomeFacts } from '../../server/contracts/owner-api.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import styles from './home-state.module.css'
import { RelativeTime } from './relative-time.tsx'

type Facts = Pick<HomeFacts, 'state' | 'condition' | 'provedAt'>

export function HomeState({ facts }: { readonly facts: Facts }) {
  const t = useText()
  return (
    <p className={styles.state}>
      <span aria-hidden className={cx(styles.mark, styles[facts.condition])} />
      <span>{t(`state.${facts.condition}`)}</span>
    </p>
  )
}

/** The second line: what the first one rests upon. */
export function HomeStateProof({ facts }: { readonly facts: Facts }) {
  const t = useText()
  if (facts.provedAt === null) return <p className={styles.proof}>{t(`state.${facts.state}_help`)}</p>
  return (
    <p className={styles.proof}>
      {t('state.proved')} <RelativeTime moment={facts.provedAt} />
    </p>
  )
}
