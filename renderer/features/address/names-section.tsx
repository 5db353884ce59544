/** The names of the home: which part of the handle is whose, and that it stays. */
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { Command } from '../../components/command.tsx'
import { Section } from '../../components/page.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './address.module.css'

/** Typed where the home runs; the same in every language. */
const ADD = 'homebird domain add example.org'
const PUBLISH = 'homebird domain publish example.org'

export function NamesSection({ home }: { readonly home: HomeFacts | undefined }) {
  const t = useText()
  if (home === undefined) return null
  const { domain, serviceDomain, publicAddress } = home
  return (
    <Section title={t('names.title')}>
      <div className={styles.stack}>
        <dl className={styles.facts}>
          <dt>{t('names.handle')}</dt>
          <dd>
            <bdi>{domain ?? t('names.none')}</bdi>
          </dd>
          <dt>{t('names.served')}</dt>
          <dd>
            <bdi>{serviceDomain ?? domain ?? t('names.none')}</bdi>
          </dd>
          <dt>{t('names.listens')}</dt>
          <dd>{publicAddress === null ? t('names.any_port') : <code dir="ltr">{publicAddress}</code>}</dd>
        </dl>
        <p className={styles.meta}>
          {t(domain === null ? 'names.publish' : 'names.stays')}{' '}
          <Command text={domain === null ? PUBLISH : ADD} />
        </p>
      </div>
    </Section>
  )
}
