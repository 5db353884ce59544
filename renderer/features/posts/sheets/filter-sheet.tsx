/** Puts one post into a filter, one that is there or a new one. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FILTER_CONTEXTS, type Filter } from '../../../../server/contracts/filter.ts'
import { addPostToFilter, createFilter, getPost, listFilters } from '../../../api/post-acts.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { FailureNotice } from '../../../components/notice.tsx'
import { QueryState } from '../../../components/query-state.tsx'
import { TextField } from '../../../components/text-field.tsx'
import { useAct } from '../../../hooks/use-act.ts'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './sheets.module.css'

interface FilterSheetProps {
  readonly postId: string
  readonly onClose: () => void
}

export function FilterSheet({ postId, onClose }: FilterSheetProps) {
  const t = useText()
  const { api, posts } = useServices()
  const queries = useQueryClient()
  const filters = useQuery({ queryKey: ['filters'], queryFn: async () => listFilters(api) })
  const [title, setTitle] = useState('')
  const act = useAct()
  const put = async (choose: () => Promise<Filter>): Promise<void> => {
    const isDone = await act.run(async () => {
      const filter = await choose()
      await addPostToFilter(api, filter.id, postId)
      await queries.invalidateQueries({ queryKey: ['filters'] })
      posts.put([await getPost(api, postId)])
    })
    if (isDone) onClose()
  }
  const name = title.trim()
  return (
    <Dialog title={t('sheets.filter')} onClose={onClose}>
      <p className={styles.help}>{t('sheets.filter_help')}</p>
      <QueryState query={filters}>
        {(known) =>
          known.length === 0 ? null : (
            <FilterList
              filters={known}
              postId={postId}
              isBusy={act.isBusy}
              onChoose={(filter) => void put(async () => filter)}
            />
          )
        }
      </QueryState>
      <form
        className={styles.newFilter}
        onSubmit={(event) => {
          event.preventDefault()
          if (name !== '') void put(async () => createFilter(api, name, FILTER_CONTEXTS))
        }}
      >
        <TextField label={t('sheets.filter_new')} value={title} onChange={setTitle} />
        <Button type="submit" isDisabled={name === ''} isBusy={act.isBusy}>
          {t('sheets.filter_make')}
        </Button>
      </form>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Dialog>
  )
}

interface FilterListProps {
  readonly filters: readonly Filter[]
  readonly postId: string
  readonly isBusy: boolean
  readonly onChoose: (filter: Filter) => void
}

function FilterList({ filters, postId, isBusy, onChoose }: FilterListProps) {
  const t = useText()
  return (
    <ul className={styles.filters}>
      {filters.map((filter) => (
        <li key={filter.id}>
          <button
            type="button"
            className={styles.filter}
            disabled={isBusy || hasPost(filter, postId)}
            onClick={() => onChoose(filter)}
          >
            <bdi className={styles.name}>{filter.title}</bdi>
            <span className={styles.help}>
              {hasPost(filter, postId) ? t('sheets.filter_has') : t(`sheets.filter_${filter.filter_action}`)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function hasPost(filter: Filter, postId: string): boolean {
  return filter.statuses.some(({ status_id: id }) => id === postId)
}
