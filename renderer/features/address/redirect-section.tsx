/** Where the domain of the handle is a website of its own: the one redirect that it needs, for whatever serves it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { REDIRECT_HOSTS, type RedirectHost } from '../../../server/contracts/edge-files.ts'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import { getRedirectGuide } from '../../api/tunnel.ts'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Select } from '../../components/select.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './address.module.css'
import { GuideFiles } from './guide-files.tsx'

export function RedirectSection({ home }: { readonly home: HomeFacts | undefined }) {
  const t = useText()
  const [chosen, setChosen] = useState<RedirectHost | ''>('')
  const { domain = null, serviceDomain: host = null } = home ?? {}
  if (domain === null || host === null || host === domain) return null
  return (
    <Section title={t('redirect.title', { domain })} help={t('redirect.help', { host })}>
      <div className={styles.stack}>
        <Select
          label={t('redirect.choose')}
          placeholder={t('ends.choose_hint')}
          value={chosen}
          choices={REDIRECT_HOSTS.map((one) => ({ value: one, label: t(`redirect_host.${one}`) }))}
          onChange={setChosen}
        />
        {chosen === '' ? null : <Guide host={chosen} />}
      </div>
    </Section>
  )
}

function Guide({ host }: { readonly host: RedirectHost }) {
  const { api } = useServices()
  const query = useQuery({
    queryKey: ['redirect-guide', host],
    queryFn: async () => getRedirectGuide(api, host),
  })
  return (
    <QueryState query={query}>
      {({ files, commands }) => <GuideFiles files={files} commands={commands} />}
    </QueryState>
  )
}
