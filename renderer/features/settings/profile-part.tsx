/** The profile: pictures, name, text, fields with their proofs; typed first, applied by one bar. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { CredentialAccount } from '../../../server/contracts/account.ts'
import { editAccount } from '../../api/settings.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { TextArea } from '../../components/text-area.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type ProfileDraft, draftOfAccount, isSameProfile, profileForm } from '../../stores/profile-draft.ts'
import { ApplyBar } from './apply-bar.tsx'
import { ProfileFields } from './profile-fields.tsx'
import { type NewPictures, ProfilePictures } from './profile-pictures.tsx'
import styles from './parts.module.css'

export function ProfilePart() {
  const query = useOwnAccount()
  return (
    <QueryState query={query}>{(account) => <ProfileForm key={account.id} account={account} />}</QueryState>
  )
}

function ProfileForm({ account }: { readonly account: CredentialAccount }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const kept = useMemo(() => draftOfAccount(account), [account])
  const [typed, setTyped] = useState<ProfileDraft | null>(null)
  const [pictures, setPictures] = useState<NewPictures>({})
  const draft = typed ?? kept
  const isChanged = !isSameProfile(draft, kept) || Object.keys(pictures).length > 0
  const change = (part: Partial<ProfileDraft>): void => setTyped({ ...draft, ...part })
  const discard = (): void => {
    setTyped(null)
    setPictures({})
    act.forget()
  }
  useLeaveWarning(isChanged)
  const apply = async (): Promise<void> => {
    const saved = await editAccount(api, profileForm(draft, pictures))
    queries.setQueryData(['own-account'], saved)
    discard()
  }
  return (
    <div className={styles.stack}>
      <ProfilePictures
        account={account}
        pictures={pictures}
        onPick={(picked) => setPictures({ ...pictures, ...picked })}
      />
      <TextField
        label={t('profile_part.name')}
        value={draft.displayName}
        maxLength={100}
        autoComplete="name"
        onChange={(displayName) => change({ displayName })}
      />
      <TextArea
        label={t('profile_part.bio')}
        value={draft.bio}
        maxLength={2_000}
        rows={4}
        onChange={(bio) => change({ bio })}
      />
      <ProfileFields account={account} fields={draft.fields} onChange={(fields) => change({ fields })} />
      {act.failure === null ? null : <FailureNotice failure={act.failure} meaning={t('profile_part.kept')} />}
      {isChanged ? (
        <ApplyBar
          words={t('profile_part.unsaved')}
          isBusy={act.isBusy}
          onApply={() => void act.run(apply)}
          onDiscard={discard}
        />
      ) : null}
    </div>
  )
}

/** The browser asks before what was typed is lost with the page. */
export function useLeaveWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isChanged])
}
