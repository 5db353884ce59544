/** The way in on the page of the status: its sentence with the last proof, a try right now, and where it is set up. */
import { useQueryClient } from '@tanstack/react-query'
import { nudgeTunnel } from '../../api/tunnel.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TunnelState } from '../../components/tunnel-state.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { TUNNEL_KEY, useTunnel } from '../../hooks/use-tunnel.ts'
import styles from './items.module.css'

export function WayInSection() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const tunnel = useTunnel()
  const act = useAct()
  const nudge = async (): Promise<void> => {
    await nudgeTunnel(api)
    await queries.invalidateQueries({ queryKey: TUNNEL_KEY })
  }
  return (
    <Section title={t('status.way_in')}>
      <QueryState query={tunnel}>
        {({ status }) => (
          <div className={styles.row}>
            <TunnelState status={status} />
            {status === null || status.state === 'blocked' ? null : (
              <Button isBusy={act.isBusy} onPress={() => void act.run(nudge)}>
                {t('tunnel.try_now')}
              </Button>
            )}
          </div>
        )}
      </QueryState>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      <div>
        <AppLink to="/address">
          {t(tunnel.data?.status === null ? 'status.way_in_set_up' : 'status.way_in_open')}
        </AppLink>
      </div>
    </Section>
  )
}
