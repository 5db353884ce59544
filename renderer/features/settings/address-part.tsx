/** The names of the home: the domain that handles show, the host that serves, where a tunnel is pointed at. */
import { HomeState, HomeStateProof } from '../../components/home-state.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

/** Typed where the home runs; the same in every language. */
const COMMAND = 'homebird domain add example.org'

export function AddressPart() {
  const t = useText()
  const query = useHomeFacts()
  return (
    <QueryState query={query}>
      {(facts) => (
        <div className={styles.stack}>
          <div>
            <HomeState facts={facts} />
            <HomeStateProof facts={facts} />
          </div>
          <dl className={styles.facts}>
            <dt>{t('address_part.domain')}</dt>
            <dd dir="auto">{facts.domain ?? t('address_part.none')}</dd>
            <dt>{t('address_part.service')}</dt>
            <dd dir="auto">{facts.serviceDomain ?? facts.domain ?? t('address_part.none')}</dd>
            <dt>{t('address_part.listens')}</dt>
            <dd dir="ltr">
              <code>{facts.publicAddress ?? t('address_part.any_port')}</code>
            </dd>
          </dl>
          <p className={styles.note}>{t('address_part.change')}</p>
          <pre className={styles.code} dir="ltr">
            <code>{COMMAND}</code>
          </pre>
        </div>
      )}
    </QueryState>
  )
}
