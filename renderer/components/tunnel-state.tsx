/**
 * The sentence of the way in, with the shape that says the same. It keeps its time true, and is said aloud only when it
 * becomes another. Its words are the part `tunnel`.
 */
import type { TunnelStatus } from '../../server/contracts/tunnel.ts'
import { dateFormat } from '../formatting/formatters.ts'
import { tunnelSentence, tunnelTone, tunnelWord } from '../formatting/tunnel-sentence.ts'
import { useNow } from '../hooks/use-now.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import { Mark } from './mark.tsx'
import styles from './tunnel-state.module.css'

const STEP_MS = 5_000

interface TunnelStateProps {
  readonly status: TunnelStatus | null
  readonly isLarge?: boolean
}

export function TunnelState({ status, isLarge = false }: TunnelStateProps) {
  const t = useText()
  const now = useNow(status?.state === 'verified' ? STEP_MS : null)
  const proof = status?.state === 'verified' ? status.proof : null
  const exact =
    proof === null
      ? null
      : dateFormat(t.locale, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(proof.at))
  return (
    <div className={cx(styles.state, isLarge && styles.large)}>
      <Mark tone={tunnelTone(status)} />
      <p>
        {proof === null || exact === null ? (
          tunnelSentence(t, status, now)
        ) : (
          <time dateTime={proof.at} title={exact}>
            {/* What was proven while the clock stood still is not of the future. */}
            {tunnelSentence(t, status, now)}
          </time>
        )}
      </p>
      <span role="status" className="visually-hidden">
        {tunnelWord(t, status)}
      </span>
    </div>
  )
}
