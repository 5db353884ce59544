/** The home at a glance: its state, its parts, how it did, other servers, the disk, the doctor. */
import { useState } from 'react'
import type { PartFacts, StatusFacts } from '../../../server/contracts/home-status.ts'
import { runDoctor } from '../../api/home.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { Handle } from '../../components/handle.tsx'
import { HomeState, HomeStateProof } from '../../components/home-state.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { formatBytes, formatShare, formatSpan } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { DiskBar } from './disk-bar.tsx'
import { DoctorLine } from './doctor-line.tsx'
import { HelpBundleSheet } from './help-bundle.tsx'
import { HistorySection } from './history-section.tsx'
import { Mark, type Tone } from '../../components/mark.tsx'
import { ServersSection } from './servers-section.tsx'
import items from './items.module.css'
import styles from './status-page.module.css'
import { WayInSection } from './way-in-section.tsx'
import { WaysSection } from './ways-section.tsx'
import { useDoctorAct, useRefresh, useStatus, useStorage } from './use-home.ts'

export function StatusPage() {
  const t = useText()
  const status = useStatus()
  const storage = useStorage()
  const [isHelping, setHelping] = useState(false)
  return (
    <Page
      title={t('nav.status')}
      acts={<Button onPress={() => setHelping(true)}>{t('status.help_bundle')}</Button>}
    >
      <Lead status={status.data} />
      <WayInSection />
      <QueryState query={status}>
        {(facts) =>
          facts.parts.length === 0 ? null : (
            <Section title={t('status.parts')}>
              <div className={styles.partFrame}>
                <ul>
                  {facts.parts.map((part) => (
                    <Part key={part.name} part={part} />
                  ))}
                </ul>
              </div>
            </Section>
          )
        }
      </QueryState>
      <HistorySection />
      <ServersSection />
      <Section title={t('status.disk')}>
        <QueryState query={storage}>{(facts) => <DiskBar facts={facts} />}</QueryState>
        <div>
          <AppLink to="/storage">{t('status.clean_up')}</AppLink>
        </div>
      </Section>
      <Section title={t('status.doctor')}>
        <DoctorLine />
      </Section>
      <WaysSection />
      {isHelping ? <HelpBundleSheet onClose={() => setHelping(false)} /> : null}
    </Page>
  )
}

function Lead({ status }: { readonly status: StatusFacts | undefined }) {
  const t = useText()
  const { api } = useServices()
  const { data: facts } = useHomeFacts()
  const take = useDoctorAct()
  const refresh = useRefresh()
  const act = useAct()
  const check = async (): Promise<void> => {
    await take(async () => runDoctor(api))
    await refresh()
  }
  return (
    <div className={styles.lead}>
      <div className={styles.leadTop}>
        <div className={styles.leadWords}>
          {facts === undefined ? <p>{t('act.loading')}</p> : <HomeState facts={facts} />}
          {facts === undefined ? null : (
            <p className={styles.leadName}>
              <Handle text={`@${facts.username}${facts.domain === null ? '' : `@${facts.domain}`}`} />
            </p>
          )}
          {status === undefined ? null : <p>{sentence(t, status)}</p>}
          {facts === undefined ? null : <HomeStateProof facts={facts} />}
        </div>
        <Button isBusy={act.isBusy} onPress={() => void act.run(check)}>
          {t('status.check_now')}
        </Button>
      </div>
      {act.isBusy ? (
        <p role="status" className={items.meta}>
          {t('status.checking')}
        </p>
      ) : null}
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}

/** What matters most, in one sentence. */
function sentence(t: ReturnType<typeof useText>, { parts, deliveries, pause }: StatusFacts): string {
  const ill = parts.filter(({ state }) => state === 'Retrying' || state === 'Stopped')
  if (ill.length > 0) return t('status.parts_ill', { count: ill.length })
  if (pause !== null) return t('status.paused')
  if (deliveries.waiting > 0)
    return `${t('status.posts_wait', { count: deliveries.waiting })} ${t('status.for_servers', { count: deliveries.servers })}`
  return t('status.all_well')
}

const TONES: Readonly<Record<PartFacts['state'], Tone>> = {
  Starting: 'quiet',
  Running: 'good',
  Idle: 'quiet',
  Slow: 'look',
  Retrying: 'bad',
  Stopped: 'bad',
}

function Part({ part }: { readonly part: PartFacts }) {
  const t = useText()
  const { kind, name, state, memoryBytes, cpuShare, uptimeSeconds, restarts, note } = part
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0)
  const words = [
    t(`part_state.${state}`),
    restarts === 0 ? null : t('status.restarts', { count: restarts }),
  ].filter((fact) => fact !== null)
  const figures = {
    memory: memoryBytes === null ? null : formatBytes(t.locale, memoryBytes),
    cpu: cpuShare === null ? null : `${t('status.cpu')} ${formatShare(t.locale, cpuShare, 1)}`,
    uptime: uptimeSeconds === null ? null : formatSpan(t.locale, uptimeSeconds),
  }
  return (
    <li className={styles.part}>
      <Mark tone={TONES[state]} />
      <h3>
        {t(`part.${kind}`)}
        {number > 0 ? ` ${number + 1}` : ''}
      </h3>
      <p className={styles.partState}>{words.join(' · ')}</p>
      <p className={styles.figures}>
        {Object.entries(figures).map(([what, figure]) => (
          <span key={what}>{figure}</span>
        ))}
      </p>
      {note === null ? null : (
        <p className={styles.partNote} dir="ltr">
          {note}
        </p>
      )}
    </li>
  )
}
