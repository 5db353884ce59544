/** The key that the server shows, to be compared with what the server itself says before it is trusted. */
import { useQueryClient } from '@tanstack/react-query'
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { changeTunnel } from '../../api/tunnel.ts'
import { Button } from '../../components/button.tsx'
import { CodeBlock } from '../../components/code-block.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { TUNNEL_KEY } from '../../hooks/use-tunnel.ts'
import { HOST_KEY, type TunnelValues } from '../../stores/tunnel-ways.ts'
import styles from './address.module.css'

/** Typed on the server; it tells the fingerprint of each of its keys. */
const SHOW_KEYS = 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done'

interface HostKeySectionProps {
  readonly status: TunnelStatus | null
  readonly values: TunnelValues
}

export function HostKeySection({ status, values }: HostKeySectionProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const seen = status?.facts['seenHostKey'] ?? ''
  const trusted = values.get(HOST_KEY)?.value ?? ''
  if (status?.state !== 'blocked' || seen === '' || seen === trusted) return null
  const isOther = trusted !== ''
  const trust = async (): Promise<void> => {
    queries.setQueryData(TUNNEL_KEY, await changeTunnel(api, [{ name: HOST_KEY, value: seen }]))
  }
  return (
    <Section title={t(isOther ? 'host_key.other_title' : 'host_key.title')}>
      <div className={styles.stack}>
        <p>{t(isOther ? 'host_key.other' : 'host_key.why')}</p>
        <dl className={styles.keys}>
          <dt>{t('host_key.seen')}</dt>
          <dd dir="ltr">{seen}</dd>
          {isOther ? (
            <>
              <dt>{t('host_key.trusted')}</dt>
              <dd dir="ltr">{trusted}</dd>
            </>
          ) : null}
        </dl>
        <CodeBlock name={t('host_key.command')} text={SHOW_KEYS} />
        <p>{t('host_key.compare')}</p>
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <div>
          <Button
            look={isOther ? 'danger' : 'primary'}
            isBusy={act.isBusy}
            onPress={() => void act.run(trust)}
          >
            {t('host_key.confirm')}
          </Button>
        </div>
      </div>
    </Section>
  )
}
