/** What the way in tells of itself, for whoever looks closer: folded, as it came. */
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { formatUntil } from '../../formatting/amounts.ts'
import { numberFormat } from '../../formatting/formatters.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './address.module.css'

/** Shown where they are needed. */
const HAS_OWN_PLACE: ReadonlySet<string> = new Set(['publicKey', 'seenHostKey'])

export function TechnicalLine({ status }: { readonly status: TunnelStatus }) {
  const t = useText()
  const { since, proof, reason, nextTryAt, attempts, notice, facts } = status
  const ms =
    proof === null || proof.ms === null
      ? null
      : numberFormat(t.locale, { style: 'unit', unit: 'millisecond', maximumFractionDigits: 0 }).format(
          proof.ms,
        )
  return (
    <details className={styles.fold}>
      <summary>{t('tunnel.details')}</summary>
      <dl className={styles.facts}>
        <dt>{t('tunnel.since')}</dt>
        <dd>
          <RelativeTime moment={since} />
        </dd>
        {proof === null ? null : (
          <>
            <dt>{t('tunnel.proof')}</dt>
            <dd>
              <RelativeTime moment={proof.at} /> · {t(`tunnel.proof_${proof.source}`)}
              {ms === null ? '' : ` · ${ms}`}
            </dd>
          </>
        )}
        {nextTryAt === null ? null : (
          <>
            <dt>{t('tunnel.next_try')}</dt>
            <dd>{formatUntil(t.locale, new Date(nextTryAt))}</dd>
          </>
        )}
        {attempts > 1 ? (
          <>
            <dt>{t('tunnel.attempts')}</dt>
            <dd>{numberFormat(t.locale, {}).format(attempts)}</dd>
          </>
        ) : null}
        <Line name={t('tunnel.notice')} text={notice} />
        <Line name={t('tunnel.reason')} text={reason} />
        {Object.entries(facts)
          .filter(([name]) => !HAS_OWN_PLACE.has(name))
          .map(([name, text]) => (
            <Line key={name} name={name} text={text} />
          ))}
      </dl>
    </details>
  )
}

function Line({ name, text }: { readonly name: string; readonly text: string | null }) {
  if (text === null || text === '') return null
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code dir="ltr">{text}</code>
      </dd>
    </>
  )
}
