/** The state of the way in at the top of its page: one sentence, one act, the picture of the way, the technical line folded. */
import { useQueryClient } from '@tanstack/react-query'
import type { TunnelOverview, TunnelStatus } from '../../../server/contracts/tunnel.ts'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { nudgeTunnel } from '../../api/tunnel.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { Handle } from '../../components/handle.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { TunnelState } from '../../components/tunnel-state.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { TUNNEL_KEY } from '../../hooks/use-tunnel.ts'
import type { Text } from '../../i18n/i18n.ts'
import type { TunnelValues } from '../../stores/tunnel-ways.ts'
import styles from './address.module.css'
import { TechnicalLine } from './technical-line.tsx'
import { WayPicture } from './way-picture.tsx'

interface TunnelLeadProps {
  readonly status: TunnelStatus | null
  readonly way: string
  readonly values: TunnelValues
  readonly home: HomeFacts | undefined
}

export function TunnelLead({ status, way, values, home }: TunnelLeadProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const nudge = async (): Promise<void> => {
    const { status: now } = await nudgeTunnel(api)
    queries.setQueryData<TunnelOverview>(TUNNEL_KEY, (known) =>
      known === undefined ? known : { ...known, status: now },
    )
    await queries.invalidateQueries({ queryKey: TUNNEL_KEY })
  }
  return (
    <div className={styles.lead}>
      <div className={styles.leadTop}>
        <div className={styles.leadWords}>
          <TunnelState status={status} isLarge />
          {home === undefined ? null : (
            <p className={styles.name}>
              <Handle text={`@${home.username}${home.domain === null ? '' : `@${home.domain}`}`} />
            </p>
          )}
          <p className={styles.meaning}>{meaningOf(t, status, home)}</p>
        </div>
        {status === null || status.state === 'blocked' ? null : status.state === 'degraded' ? (
          <AppLink to="/doctor" className={styles.act ?? ''}>
            {t('tunnel.see_doctor')}
          </AppLink>
        ) : (
          <Button isBusy={act.isBusy} onPress={() => void act.run(nudge)}>
            {t('tunnel.try_now')}
          </Button>
        )}
      </div>
      <WayPicture status={status} way={way} values={values} home={home} />
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      {status === null ? null : <TechnicalLine status={status} />}
    </div>
  )
}

/** What the state means for the person. */
function meaningOf(t: Text, status: TunnelStatus | null, home: HomeFacts | undefined): string {
  if (home?.domain === null) return t('tunnel_means.no_domain')
  if (status !== null) return t(`tunnel_means.${status.state}`)
  return t(home?.state === 'reachable' ? 'tunnel_means.none_reached' : 'tunnel_means.none')
}
