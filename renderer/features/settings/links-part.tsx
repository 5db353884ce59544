/** Makes this browser bring links of the fediverse here: it asks for leave only when the button is pressed. */
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

const SCHEMES = ['web+ap', 'web+activitypub'] as const
/** Read by the window, which asks before anything is looked up. */
const HANDLER = '/search?link=%s'

export function LinksPart() {
  const t = useText()
  const [outcome, setOutcome] = useState<'asked' | 'refused' | null>(null)
  const register = (): void => {
    try {
      for (const scheme of SCHEMES) {
        navigator.registerProtocolHandler(scheme, `${window.location.origin}${HANDLER}`)
      }
      setOutcome('asked')
    } catch {
      setOutcome('refused') // not from this address, or not in this browser: the words say so
    }
  }
  return (
    <div className={styles.stack}>
      <div>
        <Button onPress={register}>{t('links_part.act')}</Button>
      </div>
      <p role="status" className={styles.note}>
        {outcome === null ? null : t(`links_part.${outcome}`)}
      </p>
    </div>
  )
}
