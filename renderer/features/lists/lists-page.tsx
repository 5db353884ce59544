/** All lists of the reader: each leads to its timeline; made, changed and deleted here. */
import { List as ListIcon, Pencil, Plus, Trash2, Users } from 'lucide-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { List } from '../../../server/contracts/list.ts'
import { changeList, createList, removeList } from '../../api/lists.ts'
import { getLists } from '../../api/people.ts'
import { pathTo } from '../../app/routes.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { MoreMenu } from '../../components/more-menu.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ListDialog } from './list-dialog.tsx'
import styles from './lists.module.css'
import { isolated } from '../../formatting/isolate.ts'

type Asked = { readonly what: 'new' } | { readonly what: 'edit' | 'remove'; readonly list: List } | null

export function ListsPage() {
  const t = useText()
  const { api } = useServices()
  const lists = useQuery({ queryKey: ['lists'], queryFn: async () => getLists(api) })
  const [asked, setAsked] = useState<Asked>(null)
  const make = (
    <Button look="primary" onPress={() => setAsked({ what: 'new' })}>
      <Plus aria-hidden size={16} /> {t('lists.make')}
    </Button>
  )
  return (
    <Page title={t('nav.lists')} acts={lists.data === undefined || lists.data.length === 0 ? null : make}>
      <QueryState query={lists}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState
              icon={ListIcon}
              title={t('lists.empty_title')}
              help={t('lists.empty_help')}
              act={make}
            />
          ) : (
            <ul aria-label={t('nav.lists')}>
              {all.map((list) => (
                <ListRow key={list.id} list={list} onAsk={(what) => setAsked({ what, list })} />
              ))}
            </ul>
          )
        }
      </QueryState>
      <Asking asked={asked} onClose={() => setAsked(null)} />
    </Page>
  )
}

interface ListRowProps {
  readonly list: List
  readonly onAsk: (what: 'edit' | 'remove') => void
}

function ListRow({ list, onAsk }: ListRowProps) {
  const t = useText()
  const [, navigate] = useLocation()
  return (
    <li className={styles.row}>
      <AppLink to={pathTo('list', list.id)} className={styles.way ?? ''}>
        <ListIcon aria-hidden size={20} strokeWidth={1.75} />
        <bdi className={styles.name}>{list.title}</bdi>
        {list.exclusive ? <span className={styles.meta}>{t('lists.is_exclusive')}</span> : null}
      </AppLink>
      <MoreMenu
        label={t('lists.more', { title: isolated(list.title) })}
        acts={[
          {
            id: 'people',
            icon: Users,
            label: t('lists.people'),
            onPress: () => navigate(pathTo('listPeople', list.id)),
          },
          { id: 'edit', icon: Pencil, label: t('lists.edit'), onPress: () => onAsk('edit') },
          {
            id: 'remove',
            icon: Trash2,
            label: t('lists.remove'),
            isDangerous: true,
            beginsGroup: true,
            onPress: () => onAsk('remove'),
          },
        ]}
      />
    </li>
  )
}

function Asking({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const after = async (): Promise<void> => queries.invalidateQueries({ queryKey: ['lists'] })
  if (asked === null) return null
  if (asked.what === 'remove') {
    return (
      <ConfirmDialog
        title={t('lists.remove_title', { title: isolated(asked.list.title) })}
        act={t('lists.remove_act')}
        onConfirm={async () => {
          await removeList(api, asked.list.id)
          await after()
        }}
        onClose={onClose}
      >
        {t('lists.remove_help')}
      </ConfirmDialog>
    )
  }
  const list = asked.what === 'edit' ? asked.list : null
  return (
    <ListDialog
      list={list}
      onSave={async (draft) => {
        await (list === null ? createList(api, draft) : changeList(api, list.id, draft))
        await after()
      }}
      onClose={onClose}
    />
  )
}
