/** In which lists somebody stands. Changes count at once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import type { List } from '../../../server/contracts/list.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { getLists, getListsOf, setListed } from '../../api/people.ts'
import { AppLink } from '../../components/app-link.tsx'
import { Button } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'

interface ListsSheetProps {
  readonly account: Account
  readonly onClose: () => void
}

export function ListsSheet({ account, onClose }: ListsSheetProps) {
  const t = useText()
  const { api } = useServices()
  const lists = useQuery({
    queryKey: ['lists-of', account.id],
    queryFn: async () => {
      const [all, of] = await Promise.all([getLists(api), getListsOf(api, account.id)])
      return { all, memberOf: new Set(of.map(({ id }) => id)) }
    },
    staleTime: 0,
  })
  return (
    <Dialog
      title={t('people.lists_title', { handle: `@${account.acct}` })}
      acts={<Button onPress={onClose}>{t('act.close')}</Button>}
      onClose={onClose}
    >
      <QueryState query={lists}>
        {({ all, memberOf }) =>
          all.length === 0 ? (
            <p>
              {t('people.lists_none')} <AppLink to="/lists">{t('people.lists_make')}</AppLink>
            </p>
          ) : (
            <Memberships accountId={account.id} lists={all} memberOf={memberOf} />
          )
        }
      </QueryState>
    </Dialog>
  )
}

interface MembershipsProps {
  readonly accountId: string
  readonly lists: readonly List[]
  readonly memberOf: ReadonlySet<string>
}

function Memberships({ accountId, lists, memberOf }: MembershipsProps) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const [chosen, setChosen] = useState(memberOf)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const change = async (listId: string, isIn: boolean): Promise<void> => {
    setFailure(null)
    setChosen((ids) => withMember(ids, listId, isIn))
    try {
      await setListed(api, listId, accountId, isIn)
      void queries.invalidateQueries({ queryKey: ['lists-of', accountId] })
    } catch (error) {
      setChosen((ids) => withMember(ids, listId, !isIn))
      setFailure(toFailure(error))
    }
  }
  return (
    <>
      <ul>
        {lists.map(({ id, title }) => (
          <li key={id}>
            <Checkbox isSelected={chosen.has(id)} onChange={(isIn) => void change(id, isIn)}>
              <bdi>{title}</bdi>
            </Checkbox>
          </li>
        ))}
      </ul>
      {failure === null ? null : <FailureNotice failure={failure} meaning={t('act.nothing_changed')} />}
    </>
  )
}

function withMember(ids: ReadonlySet<string>, id: string, isIn: boolean): ReadonlySet<string> {
  const changed = new Set(ids)
  if (isIn) changed.add(id)
  else changed.delete(id)
  return changed
}
