/** One activity whole: who signed it and how, where it went, its text, and working it off once more. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { InspectorDetail, InspectorReplay } from '../../../server/contracts/inspector.ts'
import { getActivity, replayActivity } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { Table } from '../../components/table.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { JsonTree } from './json-tree.tsx'
import { apart } from './plain-text.tsx'
import styles from './items.module.css'

export function ActivityDetails({ id }: { readonly id: string }) {
  const { api } = useServices()
  const detail = useQuery({ queryKey: ['activity', id], queryFn: async () => getActivity(api, id) })
  return <QueryState query={detail}>{(activity) => <Activity activity={activity} />}</QueryState>
}

function Activity({ activity }: { readonly activity: InspectorDetail }) {
  const t = useText()
  const { signature, proof, body, attempts, direction, deliveryList } = activity
  return (
    <div className={styles.details}>
      {direction === 'outbound' ? null : (
        <p className={styles.meta}>
          {signature === null ? t('inspector.no_signature') : `${t('inspector.signed')} ${signature.scheme}`}
          {' · '}
          {t(`proof.${proof ?? 'none'}`)}
          {' · '}
          {t('inspector.attempts', { count: attempts })}
        </p>
      )}
      {signature === null ? null : (
        <p className={styles.meta}>
          <bdi>{signature.keyUri}</bdi>
        </p>
      )}
      {direction === 'inbound' ? <Replay id={activity.id} /> : null}
      {deliveryList.length === 0 ? null : (
        <Table
          caption={t('inspector.deliveries')}
          columns={[
            { name: 'host', title: t('inspector.server'), cell: ({ host }) => apart(host) },
            { name: 'state', title: t('inspector.outcome'), cell: ({ state }) => t(`delivery.${state}`) },
            { name: 'answer', title: t('inspector.answer'), cell: ({ answer }) => apart(answer ?? '') },
          ]}
          rows={deliveryList}
          keyOf={({ inboxUri }) => inboxUri}
        />
      )}
      {body === null ? <p className={styles.meta}>{t('inspector.forgotten')}</p> : <Body text={body} />}
    </div>
  )
}

function Body({ text }: { readonly text: string }) {
  const document = parsed(text)
  return (
    <div dir="ltr">
      {document === undefined ? <pre className={styles.code}>{text}</pre> : <JsonTree value={document} />}
    </div>
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function Replay({ id }: { readonly id: string }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [outcome, setOutcome] = useState<InspectorReplay['outcome'] | null>(null)
  const replay = async (): Promise<void> => {
    setOutcome((await replayActivity(api, id)).outcome)
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['activity', id] }),
      queries.invalidateQueries({ queryKey: ['activities'] }),
    ])
  }
  return (
    <div className={styles.row}>
      <Button isBusy={act.isBusy} onPress={() => void act.run(replay)}>
        {t('inspector.replay')}
      </Button>
      <p role="status" className={styles.meta}>
        {outcome === null ? t('inspector.replay_help') : t(`replay.${outcome}`)}
      </p>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </div>
  )
}
