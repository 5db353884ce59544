/** One thin line while the home does not answer: what that means, when it is tried again, and the button to try now. */
import { useEffect, useState } from 'react'
import { Button } from '../components/button.tsx'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import styles from './connection-bar.module.css'

/** A line that falls and is back at once is nobody's business. */
const QUIET_FAILURES = 1

export function ConnectionBar() {
  const t = useText()
  const { live } = useServices()
  const state = useObservable(live.state)
  const retryAtMs = state.phase === 'waiting' ? state.retryAtMs : null
  const seconds = useSecondsUntil(retryAtMs)
  const failures = state.phase === 'waiting' || state.phase === 'connecting' ? state.failures : 0
  if (failures <= QUIET_FAILURES) return null
  return (
    <div className={styles.bar}>
      <p>
        <span role="status">{t('connection.lost')}</span>{' '}
        <span className="figures">
          {state.phase === 'waiting' ? t('connection.retry_in', { seconds }) : t('connection.retrying')}
        </span>
      </p>
      <Button isDisabled={state.phase !== 'waiting'} onPress={() => live.retryNow()}>
        {t('connection.retry_now')}
      </Button>
    </div>
  )
}

function useSecondsUntil(moment: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (moment === null) return undefined
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [moment])
  return moment === null ? 0 : Math.max(0, Math.ceil((moment - now) / 1_000))
}
