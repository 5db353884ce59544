/** Address and tunnel: how others get here, whether they do, and everything that it takes. */
import type { TunnelOverview } from '../../../server/contracts/tunnel.ts'
import { Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useText } from '../../hooks/use-text.ts'
import { useTunnel } from '../../hooks/use-tunnel.ts'
import { valuesOf, wayOf } from '../../stores/tunnel-ways.ts'
import { FindingsSection } from './findings-section.tsx'
import { HostKeySection } from './host-key-section.tsx'
import { NamesSection } from './names-section.tsx'
import { OtherEndSection } from './other-end-section.tsx'
import { RedirectSection } from './redirect-section.tsx'
import { TunnelLead } from './tunnel-lead.tsx'
import { WaySection } from './way-section.tsx'

export function AddressPage() {
  const t = useText()
  const tunnel = useTunnel()
  return (
    <Page title={t('address.title')} note={t('address.note')} hasBack>
      <QueryState query={tunnel}>{(overview) => <Parts overview={overview} />}</QueryState>
    </Page>
  )
}

/** What waits for the person comes first: the key that is to be compared, then what was found. */
function Parts({ overview }: { readonly overview: TunnelOverview }) {
  const { data: home } = useHomeFacts()
  const { status } = overview
  const values = valuesOf(overview.settings)
  const way = wayOf(values)
  return (
    <>
      <TunnelLead status={status} way={way} values={values} home={home} />
      <HostKeySection status={status} values={values} />
      <FindingsSection status={status} />
      <WaySection way={way} values={values} />
      <OtherEndSection way={way} status={status} />
      <RedirectSection home={home} />
      <NamesSection home={home} />
    </>
  )
}
