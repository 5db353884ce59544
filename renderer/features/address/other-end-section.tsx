/** What stands at the other end: the script for the server, whole files, a sheet for a CDN; made for this home, taken by hand. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EdgeKind } from '../../../server/contracts/edge-files.ts'
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { getEdgeGuide, getServerScript } from '../../api/tunnel.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Select } from '../../components/select.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type OtherEnd, otherEndOf } from '../../stores/other-ends.ts'
import styles from './address.module.css'
import { GuideFiles } from './guide-files.tsx'

interface OtherEndSectionProps {
  readonly way: string
  readonly status: TunnelStatus | null
}

export function OtherEndSection({ way, status }: OtherEndSectionProps) {
  const end = otherEndOf(way)
  // Another way is another choice.
  return end === null ? null : <EndOfWay key={way} end={end} publicKey={status?.facts['publicKey'] ?? ''} />
}

interface EndProps {
  readonly end: OtherEnd
  readonly publicKey: string
}

function EndOfWay({ end, publicKey }: EndProps) {
  const t = useText()
  const [chosen, setChosen] = useState<EdgeKind | ''>('')
  const which = end.hasScript ? 'server' : 'other'
  return (
    <Section title={t(`ends.${which}_title`)} help={t(`ends.${which}_help`)}>
      <div className={styles.stack}>
        <Select
          label={t('ends.choose')}
          placeholder={t('ends.choose_hint')}
          value={chosen}
          choices={end.edges.map((edge) => ({ value: edge, label: t(`edge_name.${edge}`) }))}
          onChange={setChosen}
        />
        {chosen === '' ? null : end.hasScript ? (
          <>
            <Script edge={chosen} end={end} publicKey={publicKey} />
            <details className={styles.fold}>
              <summary>{t('ends.files')}</summary>
              <div className={styles.folded}>
                <p className={styles.meta}>{t('ends.files_why')}</p>
                <Files edge={chosen} end={end} publicKey={publicKey} />
              </div>
            </details>
          </>
        ) : (
          <Files edge={chosen} end={end} publicKey={publicKey} />
        )}
        {publicKey === '' ? null : (
          <CodeBlock name={t('ends.key')} text={publicKey} note={t('ends.key_note')} />
        )}
      </div>
    </Section>
  )
}

interface GuideProps extends EndProps {
  readonly edge: EdgeKind
}

/** The key is in it: another one is another script. */
function Script({ edge, end: { use }, publicKey }: GuideProps) {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({
    queryKey: ['server-script', edge, use, publicKey],
    queryFn: async () => getServerScript(api, edge, use),
  })
  return (
    <QueryState query={query}>
      {({ files, commands }) => (
        <div className={styles.stack}>
          <h3>{t('ends.script')}</h3>
          <p>{t('ends.script_why')}</p>
          <GuideFiles files={files} commands={commands} />
        </div>
      )}
    </QueryState>
  )
}

function Files({ edge, end: { use } }: GuideProps) {
  const { api } = useServices()
  const query = useQuery({
    queryKey: ['edge-guide', edge, use],
    queryFn: async () => getEdgeGuide(api, edge, use),
  })
  return (
    <QueryState query={query}>
      {({ files, commands }) => <GuideFiles files={files} commands={commands} />}
    </QueryState>
  )
}
