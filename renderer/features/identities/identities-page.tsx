/** The identities of the owner: which there are, one more, and one less. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addIdentity } from '../../api/settings.ts'
import { Avatar } from '../../components/avatar.tsx'
import { Button } from '../../components/button.tsx'
import { EmojiText } from '../../components/emoji-text.tsx'
import { Handle } from '../../components/handle.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextField } from '../../components/text-field.tsx'
import { nameOf } from '../../formatting/names.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { type Identity, IDENTITIES, useIdentities, useSwitchIdentity } from '../../hooks/use-identities.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { forgetIdentity } from '../../stores/forget-identity.ts'
import { chooseIdentity } from '../../stores/identity.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import styles from './identities.module.css'

export function IdentitiesPage() {
  const t = useText()
  const { data: own } = useOwnAccount()
  const become = useSwitchIdentity()
  const query = useIdentities()
  const queries = useQueryClient()
  const [asked, setAsked] = useState<Identity | null>(null)
  const afterDeletion = useAfterDeletion(own?.id)
  const ask = (identity: Identity): void => {
    // What would be lost is said as it is now.
    void queries.invalidateQueries({ queryKey: IDENTITIES })
    setAsked(identity)
  }
  return (
    <Page title={t('identities.title')} note={t('identities.note')} hasBack>
      <Section title={t('identities.yours')}>
        <QueryState query={query}>
          {(identities) => (
            <ul className={styles.list}>
              {identities.map((identity) => (
                <IdentityRow
                  key={identity.id}
                  identity={identity}
                  isHere={identity.id === own?.id}
                  onSwitch={() => become(identity.id)}
                  onDelete={identities.length > 1 ? () => ask(identity) : null}
                />
              ))}
            </ul>
          )}
        </QueryState>
      </Section>
      <NewIdentity />
      {asked === null ? null : (
        <DeleteDialog
          identity={query.data?.find(({ id }) => id === asked.id) ?? asked}
          onDeleted={async () => {
            await afterDeletion(asked, query.data ?? [])
            setAsked(null)
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </Page>
  )
}

/** What this browser kept of it goes too; a window that was it starts anew as the oldest that is left. */
function useAfterDeletion(ownId: string | undefined) {
  const { storage, homeKeeper } = useServices()
  const queries = useQueryClient()
  return async ({ id }: Identity, before: readonly Identity[]): Promise<void> => {
    const isOldest = before[0]?.id === id
    forgetIdentity(storage, id, isOldest)
    await homeKeeper.clear()
    if (id !== ownId) return queries.invalidateQueries({ queryKey: IDENTITIES })
    // By name where it was not the oldest so far: what it began to write here is kept under its name.
    const next = before.find((one) => one.id !== id)
    chooseIdentity(storage, isOldest ? (next?.id ?? null) : null)
    window.location.assign('/identities')
  }
}

interface IdentityRowProps {
  readonly identity: Identity
  /** This window is it. */
  readonly isHere: boolean
  readonly onSwitch: () => void
  /** Null for the only one: a home has somebody. */
  readonly onDelete: (() => void) | null
}

function IdentityRow({ identity, isHere, onSwitch, onDelete }: IdentityRowProps) {
  const { handle, account } = identity
  const t = useText()
  const named = { handle: `\u2068${handle}\u2069` }
  return (
    <li className={styles.row}>
      <Avatar account={account} />
      <div className={styles.names}>
        <h3>
          <bdi>
            <EmojiText text={nameOf(account)} emojis={account.emojis} />
          </bdi>
        </h3>
        <span className={styles.note}>
          <Handle text={handle} />
        </span>
      </div>
      <div className={styles.acts}>
        {isHere ? (
          <span className={styles.note}>{t('identities.here')}</span>
        ) : (
          <Button label={t('identities.switch_to', named)} onPress={onSwitch}>
            {t('identities.switch')}
          </Button>
        )}
        {onDelete === null ? null : (
          <Button look="plain" label={t('identities.delete_label', named)} onPress={onDelete}>
            {t('identities.delete')}
          </Button>
        )}
      </div>
    </li>
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
    await queries.invalidateQueries({ queryKey: IDENTITIES })
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
