/** Another place for backups: what kind, where, how to get in; tried before it is kept. */
import { useState } from 'react'
import { addPlace, makePlaceKey, tryPlace } from '../../api/backups.ts'
import { Button } from '../../components/button.tsx'
import { Dialog, DialogActs } from '../../components/dialog.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { Select } from '../../components/select.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import {
  EMPTY_PLACE,
  FIELDS,
  PLACE_KINDS,
  type PlaceDraft,
  placeAddress,
} from '../../stores/place-address.ts'
import styles from './backups.module.css'
import { useBackupsAgain } from './use-backups.ts'

type Field = 'path' | 'host' | 'bucket' | 'region' | 'user' | 'secret'

/** What was typed, and what the home said of it. */
function useNewPlace(onAdded: () => void) {
  const { api } = useServices()
  const again = useBackupsAgain()
  const act = useAct()
  const [draft, setDraft] = useState<PlaceDraft>(EMPTY_PLACE)
  const [publicKey, setPublicKey] = useState<string | null>(null)
  const [password, setPassword] = useState('')
  const [flaw, setFlaw] = useState<string | null>(null)
  const [seenHostKey, setSeenHostKey] = useState<string | null>(null)
  const forget = (): void => {
    setFlaw(null)
    setSeenHostKey(null)
  }
  const change = (next: Partial<PlaceDraft>): void => {
    setDraft({ ...draft, hostKey: null, ...next })
    forget()
  }
  const tryAndAdd = async (wanted: PlaceDraft): Promise<void> => {
    forget()
    const address = placeAddress(wanted)
    const trial = await tryPlace(api, address, password)
    setSeenHostKey(trial.seenHostKey)
    if (!trial.isGood) return setFlaw(trial.message)
    await addPlace(api, address, password)
    await again()
    onAdded()
  }
  const add = (hostKey = draft.hostKey): void => {
    const wanted = { ...draft, hostKey }
    setDraft(wanted)
    void act.run(async () => tryAndAdd(wanted))
  }
  const makeKey = (): void =>
    void act.run(async () => {
      const made = await makePlaceKey(api)
      setPublicKey(made.publicKey)
      change({ privateKey: made.privateKey, secret: '' })
    })
  const choose = (kind: PlaceDraft['kind']): void => {
    setPublicKey(null)
    change({ ...EMPTY_PLACE, kind })
  }
  return { act, draft, publicKey, password, setPassword, flaw, seenHostKey, change, choose, add, makeKey }
}

export function AddPlaceDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText()
  const place = useNewPlace(onClose)
  const { act, draft, publicKey, flaw, seenHostKey } = place
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    place.add()
  }
  return (
    <Dialog title={t('backups.add_title')} isQuestion onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <KindField kind={draft.kind} onChoose={place.choose} />
        <PlaceFields draft={draft} hasKey={publicKey !== null} onChange={place.change} />
        {draft.kind === 'sftp' ? (
          <OwnKey publicKey={publicKey} isBusy={act.isBusy} onMake={place.makeKey} />
        ) : null}
        <TextField
          kind="current-password"
          label={t('backups.password')}
          help={t('backups.password_help')}
          value={place.password}
          onChange={place.setPassword}
        />
        {seenHostKey === null ? null : (
          <HostKey hostKey={seenHostKey} onConfirm={() => place.add(seenHostKey)} />
        )}
        {flaw === null || seenHostKey !== null ? null : (
          <Notice>
            {t('backups.place_flaw')} <span lang="en">{flaw}</span>
          </Notice>
        )}
        {act.failure === null ? null : (
          <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
        )}
        <DialogActs>
          <Button onPress={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" isBusy={act.isBusy}>
            {t('backups.add_act')}
          </Button>
        </DialogActs>
      </form>
    </Dialog>
  )
}

interface KindFieldProps {
  readonly kind: PlaceDraft['kind']
  readonly onChoose: (kind: PlaceDraft['kind']) => void
}

function KindField({ kind, onChoose }: KindFieldProps) {
  const t = useText()
  return (
    <Select
      label={t('backups.kind')}
      value={kind}
      choices={PLACE_KINDS.map((value) => ({
        value,
        label: t(`backups.kind_${value}`),
        help: t(`backups.kind_${value}_help`),
      }))}
      onChange={onChoose}
    />
  )
}

interface PlaceFieldsProps {
  readonly draft: PlaceDraft
  /** Then no password is asked for. */
  readonly hasKey: boolean
  readonly onChange: (next: Partial<PlaceDraft>) => void
}

function PlaceFields({ draft, hasKey, onChange }: PlaceFieldsProps) {
  const t = useText()
  const fields = FIELDS[draft.kind].filter((field) => !(hasKey && field === 'secret')) as readonly Field[]
  return fields.map((field) => (
    <TextField
      key={field}
      kind={field === 'secret' ? 'current-password' : 'domain'}
      label={t(`backups.field_${field === 'path' && draft.kind === 's3' ? 'prefix' : field}`)}
      value={draft[field]}
      maxLength={2_000}
      onChange={(value) => onChange({ [field]: value })}
    />
  ))
}

interface OwnKeyProps {
  readonly publicKey: string | null
  readonly isBusy: boolean
  readonly onMake: () => void
}

function OwnKey({ publicKey, isBusy, onMake }: OwnKeyProps) {
  const t = useText()
  if (publicKey === null)
    return (
      <div className={styles.acts}>
        <Button isBusy={isBusy} onPress={onMake}>
          {t('backups.make_key')}
        </Button>
      </div>
    )
  return (
    <div className={styles.words}>
      <p>{t('backups.key_made')}</p>
      <code className={styles.code} dir="ltr">
        {publicKey}
      </code>
    </div>
  )
}

function HostKey({ hostKey, onConfirm }: { readonly hostKey: string; readonly onConfirm: () => void }) {
  const t = useText()
  return (
    <div role="alert" className={styles.words}>
      <p>{t('backups.host_key')}</p>
      <code className={styles.code} dir="ltr">
        {hostKey}
      </code>
      <p className={styles.meta}>{t('backups.host_key_help')}</p>
      <div className={styles.acts}>
        <Button onPress={onConfirm}>{t('backups.host_key_act')}</Button>
      </div>
    </div>
  )
}
