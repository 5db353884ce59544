/** Block lists of others: looked at before they count, subscribed to, read again, ended. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { BlockListFacts, BlockListPreview } from '../../../server/contracts/moderation.ts'
import {
  getBlockLists,
  previewBlockList,
  refreshBlockList,
  removeBlockList,
  subscribeToBlockList,
} from '../../api/moderation.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { BlockFile } from './block-file.tsx'
import styles from './block-lists.module.css'

const KEY = ['block-lists']

export function BlockListsPage() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({ queryKey: KEY, queryFn: async () => getBlockLists(api), refetchInterval: 10_000 })
  return (
    <Page title={t('blocklists.title')} note={t('blocklists.note')} hasBack>
      <NewList />
      <BlockFile />
      <Section title={t('blocklists.yours')}>
        <QueryState query={query}>
          {(lists) =>
            lists.length === 0 ? (
              <p className={styles.note}>{t('blocklists.none')}</p>
            ) : (
              <ul className={styles.lists}>
                {lists.map((list) => (
                  <ListRow key={list.id} list={list} />
                ))}
              </ul>
            )
          }
        </QueryState>
      </Section>
    </Page>
  )
}

interface Seen {
  readonly url: string
  readonly preview: BlockListPreview
}

function NewList() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [url, setUrl] = useState('')
  const [seen, setSeen] = useState<Seen | null>(null)
  const address = url.trim()
  const look = async (): Promise<void> =>
    setSeen({ url: address, preview: await previewBlockList(api, address) })
  const subscribe = async (): Promise<void> => {
    await subscribeToBlockList(api, address)
    setUrl('')
    setSeen(null)
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <Section title={t('blocklists.add')} help={t('blocklists.add_help')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (address !== '') void act.run(look)
        }}
      >
        <TextField
          kind="domain"
          label={t('blocklists.address')}
          value={url}
          maxLength={2_048}
          onChange={setUrl}
        />
        <Button type="submit" isBusy={act.isBusy}>
          {t('blocklists.look')}
        </Button>
      </form>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {seen === null || seen.url !== address ? null : (
        <div role="status" className={styles.preview}>
          <Effect preview={seen.preview} />
          <div>
            <Button look="primary" isBusy={act.isBusy} onPress={() => void act.run(subscribe)}>
              {t('blocklists.subscribe')}
            </Button>
          </div>
        </div>
      )}
    </Section>
  )
}

function Effect({ preview: { entries, fresh, loss } }: { readonly preview: BlockListPreview }) {
  const t = useText()
  return (
    <>
      <p>{t('blocklists.names', { entries, fresh })}</p>
      <p>{t('blocklists.loss', { followers: loss.followers, follows: loss.follows })}</p>
      {loss.followed.length === 0 ? null : (
        <p className={styles.note}>
          {t('blocklists.followed')} <bdi>{loss.followed.join(', ')}</bdi>
        </p>
      )}
    </>
  )
}

function ListRow({ list }: { readonly list: BlockListFacts }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [isAsking, setAsking] = useState(false)
  const name = list.title === '' ? list.url : list.title
  const after = async (work: Promise<unknown>): Promise<void> => {
    await work
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <li className={styles.list}>
      <h3>
        <bdi dir="auto">{name}</bdi>
      </h3>
      <p className={styles.note}>
        {t('blocklists.counts', { entries: list.entries, blocked: list.blocked })}
        {list.goodAt === null ? null : (
          <>
            {' · '}
            {t('blocklists.read')} <RelativeTime moment={list.goodAt} />
          </>
        )}
      </p>
      {list.problem === null ? null : (
        <p className={styles.problem}>{t('blocklists.problem', { problem: list.problem })}</p>
      )}
      <div className={styles.acts}>
        <Button
          label={t('blocklists.refresh_label', { name })}
          isBusy={act.isBusy}
          onPress={() => void act.run(async () => after(refreshBlockList(api, list.id)))}
        >
          {t('blocklists.refresh')}
        </Button>
        <Button look="danger" label={t('blocklists.remove_label', { name })} onPress={() => setAsking(true)}>
          {t('blocklists.remove')}
        </Button>
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      {isAsking ? (
        <ConfirmDialog
          title={t('blocklists.question', { name })}
          act={t('blocklists.remove')}
          onClose={() => setAsking(false)}
          onConfirm={async () => after(removeBlockList(api, list.id))}
        >
          {t('blocklists.remove_what', { blocked: list.blocked })}
        </ConfirmDialog>
      ) : null}
    </li>
  )
}
