/** Who is on a list: found by name among those whom the reader follows, added, taken off with Undo. */
import { Users } from 'lucide-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useParams } from 'wouter'
import type { Account } from '../../../server/contracts/account.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { findFollowed, getList, listMembers } from '../../api/lists.ts'
import { setListed } from '../../api/people.ts'
import { pathTo } from '../../app/routes.ts'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, Page } from '../../components/page.tsx'
import { Paged } from '../../components/paged.tsx'
import { PersonLink } from '../../components/person-link.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { type Pages, usePages } from '../../hooks/use-pages.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './lists.module.css'
import { isolated } from '../../formatting/isolate.ts'

export function ListPeoplePage() {
  const t = useText()
  const { id } = useParams<{ id: string }>()
  const { api, undo } = useServices()
  const queries = useQueryClient()
  const list = useQuery({ queryKey: ['lists', id], queryFn: async () => getList(api, id) })
  const members = usePages(['list-people', id], async (olderThan) => listMembers(api, id, olderThan))
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const change = async (account: Account, isIn: boolean): Promise<boolean> => {
    setFailure(null)
    try {
      await setListed(api, id, account.id, isIn)
      await queries.invalidateQueries({ queryKey: ['list-people', id] })
      return true
    } catch (error) {
      setFailure(toFailure(error))
      return false
    }
  }
  const takeOff = async (account: Account): Promise<void> => {
    if (!(await change(account, false))) return
    undo.offer({
      words: t('lists.taken_off', { handle: `@${account.acct}` }),
      undo: () => void change(account, true),
    })
  }
  const title = isolated(list.data?.title ?? '')
  return (
    <Page title={list.data === undefined ? t('lists.people') : t('lists.people_of', { title })} hasBack>
      <QueryState query={list}>
        {() => (
          <>
            <Finder members={members.items} onAdd={(account) => void change(account, true)} />
            {failure === null ? null : (
              <div className={styles.edge}>
                <FailureNotice failure={failure} meaning={t('act.nothing_changed')} />
              </div>
            )}
            <Members members={members} onTakeOff={(account) => void takeOff(account)} />
          </>
        )}
      </QueryState>
    </Page>
  )
}

interface MembersProps {
  readonly members: Pages<Account>
  readonly onTakeOff: (account: Account) => void
}

function Members({ members, onTakeOff }: MembersProps) {
  const t = useText()
  return (
    <Paged
      pages={members}
      empty={<EmptyState icon={Users} title={t('lists.nobody_title')} help={t('lists.nobody_help')} />}
    >
      {(accounts) => (
        <ul aria-label={t('lists.people')}>
          {accounts.map((account) => (
            <PersonRow key={account.id} account={account}>
              <Button
                label={t('lists.take_off_label', { handle: `@${account.acct}` })}
                onPress={() => onTakeOff(account)}
              >
                {t('lists.take_off')}
              </Button>
            </PersonRow>
          ))}
        </ul>
      )}
    </Paged>
  )
}

interface FinderProps {
  readonly members: readonly Account[]
  readonly onAdd: (account: Account) => void
}

function Finder({ members, onAdd }: FinderProps) {
  const t = useText()
  const { api } = useServices()
  const [typed, setTyped] = useState('')
  const words = typed.trim().replace(/^@/, '')
  const found = useQuery({
    queryKey: ['followed', words],
    queryFn: async ({ signal }) => findFollowed(api, words, signal),
    enabled: words !== '',
  })
  const on = new Set(members.map(({ id }) => id))
  return (
    <div className={styles.finder}>
      <TextField
        label={t('lists.find')}
        kind="search"
        value={typed}
        placeholder={t('lists.find_placeholder')}
        onChange={setTyped}
      />
      {words === '' ? null : (
        <QueryState query={found}>
          {(accounts) => (
            <>
              <p role="status" className={accounts.length === 0 ? styles.meta : 'visually-hidden'}>
                {accounts.length === 0
                  ? t('lists.nobody_found')
                  : t('lists.found', { count: accounts.length })}
              </p>
              <ul className={styles.found} aria-label={t('lists.find')}>
                {accounts.map((account) => (
                  <PersonRow key={account.id} account={account}>
                    {on.has(account.id) ? (
                      <span className={styles.meta}>{t('lists.is_on')}</span>
                    ) : (
                      <Button
                        look="primary"
                        label={t('lists.add_label', { handle: `@${account.acct}` })}
                        onPress={() => onAdd(account)}
                      >
                        {t('lists.add')}
                      </Button>
                    )}
                  </PersonRow>
                ))}
              </ul>
            </>
          )}
        </QueryState>
      )}
    </div>
  )
}

interface PersonRowProps {
  readonly account: Account
  readonly children: ReactNode
}

function PersonRow({ account, children }: PersonRowProps) {
  return (
    <li className={styles.person}>
      <Avatar account={account} />
      <span className={styles.who}>
        <PersonLink account={account} path={pathTo('person', account.id)} />
        <bdi className={styles.meta}>@{account.acct}</bdi>
      </span>
      {children}
    </li>
  )
}
