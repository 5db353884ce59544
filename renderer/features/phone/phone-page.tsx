/** Connecting a phone: the address as a picture for its camera, and what to type in which app. */
import { useMemo } from 'react'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { Notice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { qrPath } from '../../formatting/qr-path.ts'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './phone.module.css'

/** Names are the same in every language. `field` is how the app calls the place where the address goes. */
const APPS = [
  { name: 'Ivory', systems: 'iPhone, iPad, Mac', how: 'server' },
  { name: 'Ice Cubes', systems: 'iPhone, iPad, Mac', how: 'server' },
  { name: 'Tusky', systems: 'Android', how: 'server' },
  { name: 'Fedilab', systems: 'Android', how: 'server' },
  { name: 'Phanpy', systems: 'phanpy.social', how: 'web' },
  { name: 'Elk', systems: 'elk.zone', how: 'web' },
] as const

export function PhonePage() {
  const t = useText()
  const query = useHomeFacts()
  return (
    <Page title={t('phone.title')} hasBack>
      <QueryState query={query}>
        {(facts) =>
          facts.domain === null ? (
            <OnlyAtHome />
          ) : (
            <Reachable facts={facts} host={facts.serviceDomain ?? facts.domain} />
          )
        }
      </QueryState>
    </Page>
  )
}

function OnlyAtHome() {
  const t = useText()
  return (
    <Section title={t('phone.only_title')}>
      <p>{t('phone.only')}</p>
      <p>{t('phone.only_how')}</p>
    </Section>
  )
}

interface ReachableProps {
  readonly facts: HomeFacts
  /** Where apps reach the home: handles may have another domain. */
  readonly host: string
}

function Reachable({ facts, host }: ReachableProps) {
  const t = useText()
  const address = `https://${host}`
  return (
    <>
      {facts.state === 'reachable' ? null : (
        <div className={styles.notice}>
          <Notice>{t('phone.unproved')}</Notice>
        </div>
      )}
      <Section title={t('phone.scan')} help={t('phone.scan_help')}>
        <div className={styles.scan}>
          <Qr text={address} />
          <p>
            {t('phone.or_type')} <code dir="ltr">{host}</code>
          </p>
        </div>
      </Section>
      <Section title={t('phone.apps')} help={t('phone.apps_help')}>
        <ul className={styles.apps}>
          {APPS.map(({ name, systems, how }) => (
            <li key={name}>
              <h3>
                <bdi>{name}</bdi> <span className={styles.systems}>{systems}</span>
              </h3>
              <p>{t(`phone.how_${how}`, { domain: host })}</p>
            </li>
          ))}
        </ul>
      </Section>
    </>
  )
}

/** Always dark on light, whatever the window looks like. */
function Qr({ text }: { readonly text: string }) {
  const t = useText()
  const { size, path } = useMemo(() => qrPath(text), [text])
  return (
    <svg
      role="img"
      aria-label={t('phone.picture', { address: text })}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className={styles.qr}
    >
      <path d={path} className={styles.dark} />
    </svg>
  )
}
