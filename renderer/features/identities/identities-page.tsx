/** The identities of the owner: which there are, and one more. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addIdentity, getIdentities } from '../../api/settings.ts'
import { Button } from '../../components/button.tsx'
import { Handle } from '../../components/handle.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './identities.module.css'

const KEY = ['identities']

export function IdentitiesPage() {
  const t = useText()
  const { api } = useServices()
  const { data: own } = useOwnAccount()
  const query = useQuery({ queryKey: KEY, queryFn: async () => getIdentities(api) })
  return (
    <Page title={t('identities.title')} note={t('identities.note')} hasBack>
      <Section title={t('identities.yours')}>
        <QueryState query={query}>
          {(identities) => (
            <ul className={styles.list}>
              {identities.map(({ id, handle, displayName }) => (
                <li key={id} className={styles.row}>
                  <div>
                    <h3>
                      <bdi>{displayName}</bdi>
                    </h3>
                    <Handle text={handle} />
                  </div>
                  <span className={styles.note}>
                    {t(id === own?.id ? 'identities.here' : 'identities.in_apps')}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </QueryState>
      </Section>
      <NewIdentity />
    </Page>
  )
}

function NewIdentity() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [username, setUsername] = useState('')
  const [displayName, setDisplayName] = useState('')
  const add = async (): Promise<void> => {
    const name = username.trim().replace(/^@/, '')
    await addIdentity(api, name, displayName.trim() === '' ? name : displayName)
    setUsername('')
    setDisplayName('')
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <Section title={t('identities.new')} help={t('identities.new_help')}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (username.trim() !== '') void act.run(add)
        }}
      >
        <TextField
          kind="domain"
          prefix="@"
          label={t('identities.username')}
          value={username}
          maxLength={31}
          onChange={setUsername}
        />
        <TextField
          label={t('identities.display_name')}
          value={displayName}
          maxLength={100}
          onChange={setDisplayName}
        />
        <Button type="submit" look="primary" isBusy={act.isBusy}>
          {t('identities.add')}
        </Button>
      </form>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Section>
  )
}
