/** What was found before the first attempt: what it means in words, and the home's own sentence folded beneath. */
import type { TunnelFinding, TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { Mark } from '../../components/mark.tsx'
import { Section } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import styles from './address.module.css'
import { isKnownFinding } from './known-findings.ts'

export function FindingsSection({ status }: { readonly status: TunnelStatus | null }) {
  const t = useText()
  // The key that is to be compared has a place of its own.
  const findings = (status?.findings ?? []).filter(({ code }) => code !== 'HOST_KEY_UNKNOWN')
  if (findings.length === 0) return null
  return (
    <Section title={t('address.findings')}>
      <ul className={styles.findings}>
        {findings.map((finding) => (
          <li key={`${finding.code} ${finding.message}`} className={styles.finding}>
            <Mark tone={finding.weight === 'stop' ? 'bad' : 'look'} />
            <div className={styles.stack}>
              <p>{sentenceOf(t, finding)}</p>
              {isKnownFinding(finding.code) ? (
                <details className={styles.fold}>
                  <summary>{t('failure.details')}</summary>
                  <code dir="ltr">{finding.message}</code>
                </details>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function sentenceOf(t: Text, { code, message }: TunnelFinding): string {
  return isKnownFinding(code) ? t(`tunnel_finding.${code}`) : message
}
