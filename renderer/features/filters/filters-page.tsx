/** All filters of the reader, each with what it does and where. */
import { EyeOff, ListFilter, Plus } from 'lucide-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { dateFormat } from '../../formatting/formatters.ts'
import type { Filter } from '../../../server/contracts/filter.ts'
import { listFilters, removeFilter } from '../../api/filters.ts'
import { pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import styles from './filters.module.css'
import { NEW_ID } from './filter-page.tsx'
import { isolated } from '../../formatting/isolate.ts'

export function FiltersPage() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const filters = useQuery({ queryKey: ['filters'], queryFn: async () => listFilters(api) })
  const [removed, setRemoved] = useState<Filter | null>(null)
  const make = (
    <Button look="primary" onPress={() => navigate(pathTo('filter', NEW_ID))}>
      <Plus aria-hidden size={16} /> {t('filters.make')}
    </Button>
  )
  return (
    <Page
      title={t('nav.filters')}
      acts={filters.data === undefined || filters.data.length === 0 ? null : make}
    >
      <QueryState query={filters}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={EyeOff}
              title={t('filters.empty_title')}
              help={t('filters.empty_help')}
              act={make}
            />
          ) : (
            <ul aria-label={t('nav.filters')}>
              {all.map((filter) => (
                <FilterRow key={filter.id} filter={filter} onRemove={() => setRemoved(filter)} />
              ))}
            </ul>
          )
        }
      </QueryState>
      {removed === null ? null : (
        <ConfirmDialog
          title={t('filters.remove_title', { title: isolated(removed.title) })}
          act={t('filters.remove_act')}
          onConfirm={async () => {
            await removeFilter(api, removed.id)
            await queries.invalidateQueries({ queryKey: ['filters'] })
          }}
          onClose={() => setRemoved(null)}
        >
          {t('filters.remove_help', { count: removed.keywords.length })}
        </ConfirmDialog>
      )}
    </Page>
  )
}

function FilterRow({ filter, onRemove }: { readonly filter: Filter; readonly onRemove: () => void }) {
  const t = useText()
  const facts = [
    t(`filters.${filter.filter_action}`),
    t('filters.count', { count: filter.keywords.length }),
    ...filter.context.map((context) => t(`filters.in_${context}`)),
    ...(filter.expires_at === null ? [] : [endOf(t, filter.expires_at)]),
  ]
  return (
    <li className={styles.row}>
      <AppLink to={pathTo('filter', filter.id)} className={styles.way ?? ''}>
        <ListFilter aria-hidden size={20} strokeWidth={1.75} />
        <span className={styles.words}>
          <bdi className={styles.name}>{filter.title}</bdi>
          <span className={styles.meta}>{facts.join(' · ')}</span>
        </span>
      </AppLink>
      <Button label={t('filters.remove_label', { title: isolated(filter.title) })} onPress={onRemove}>
        {t('filters.remove')}
      </Button>
    </li>
  )
}

function endOf(t: Text, moment: string): string {
  const end = new Date(moment)
  if (end.getTime() <= Date.now()) return t('filters.expired')
  const words = dateFormat(t.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(end)
  return t('filters.until_moment', { moment: words })
}
