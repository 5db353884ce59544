/** Other names of the identity: what must be said here before an older account can move here. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { setAliases } from '../../api/moves.ts'
import { ownIdentity } from '../../api/settings.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

const KEY = ['own-identity']

export function useOwnIdentity() {
  const { api } = useServices()
  return useQuery({ queryKey: KEY, queryFn: async () => ownIdentity(api) })
}

export function AliasesPart() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const query = useOwnIdentity()
  const save = async (id: string, aliases: readonly string[]): Promise<void> => {
    await setAliases(api, id, aliases)
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <QueryState query={query}>
      {({ id, aliases }) => (
        <div className={styles.stack}>
          {aliases.length === 0 ? <p className={styles.note}>{t('aliases_part.none')}</p> : null}
          <ul className={styles.list}>
            {aliases.map((alias) => (
              <li key={alias} className={styles.listRow}>
                <bdi dir="ltr">{alias}</bdi>
                <Button
                  label={t('aliases_part.remove_label', { name: alias })}
                  onPress={() =>
                    void act.run(async () =>
                      save(
                        id,
                        aliases.filter((one) => one !== alias),
                      ),
                    )
                  }
                >
                  {t('aliases_part.remove')}
                </Button>
              </li>
            ))}
          </ul>
          <AliasForm
            isBusy={act.isBusy}
            onAdd={async (added) => act.run(async () => save(id, [...aliases, added]))}
          />
          {act.failure === null ? null : (
            <FailureNotice failure={act.failure} meaning={t('profile_part.kept')} />
          )}
        </div>
      )}
    </QueryState>
  )
}

interface AliasFormProps {
  readonly isBusy: boolean
  /** @returns whether it was added */
  readonly onAdd: (alias: string) => Promise<boolean>
}

function AliasForm({ isBusy, onAdd }: AliasFormProps) {
  const t = useText()
  const [typed, setTyped] = useState('')
  const add = async (): Promise<void> => {
    const alias = typed.trim()
    if (alias !== '' && (await onAdd(alias))) setTyped('')
  }
  return (
    <form
      className={styles.inlineForm}
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <TextField
        kind="domain"
        label={t('aliases_part.name')}
        placeholder="@ana@example.org"
        value={typed}
        maxLength={2_048}
        onChange={setTyped}
      />
      <Button type="submit" isBusy={isBusy}>
        {t('aliases_part.add')}
      </Button>
    </form>
  )
}
