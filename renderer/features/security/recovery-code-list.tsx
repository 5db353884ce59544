/** Recovery codes, the only time they are shown: to be copied or printed. */
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './security.module.css'

interface RecoveryCodeListProps {
  readonly codes: readonly string[]
  readonly onKept: () => void
}

export function RecoveryCodeList({ codes, onKept }: RecoveryCodeListProps) {
  const t = useText()
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(codes.join('\n'))
    setCopied(true)
  }
  return (
    <div className={styles.codes} role="group" aria-label={t('security.codes')}>
      <h3>{t('security.codes')}</h3>
      <p>{t('security.codes_keep')}</p>
      <ul className={styles.codeList} dir="ltr">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={styles.acts}>
        {/* Where the browser forbids it, the codes stand there to be copied by hand. */}
        <Button onPress={() => void copy().catch(() => setCopied(false))}>
          {t(isCopied ? 'security.copied' : 'security.copy')}
        </Button>
        <Button onPress={() => window.print()}>{t('security.print')}</Button>
        <Button look="primary" onPress={onKept}>
          {t('security.kept')}
        </Button>
      </div>
    </div>
  )
}
