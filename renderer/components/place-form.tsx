/** A place for backups: what kind, where, how to get in, and what the home said of it. Its words are the part `places`. */
import type { ReactNode } from 'react'
import type { PlaceForm } from '../hooks/use-place-form.ts'
import { useText } from '../hooks/use-text.ts'
import { FIELDS, PLACE_KINDS, type PlaceDraft } from '../stores/place-address.ts'
import { Button } from './button.tsx'
import { FailureNotice, Notice } from './notice.tsx'
import styles from './place-form.module.css'
import { Select } from './select.tsx'
import { TextField } from './text-field.tsx'

type Field = 'path' | 'host' | 'bucket' | 'region' | 'user' | 'secret'

interface PlaceFieldsProps {
  readonly place: PlaceForm
  /** What else is asked for. */
  readonly children?: ReactNode
}

export function PlaceFields({ place, children = null }: PlaceFieldsProps) {
  const t = useText()
  const { act, draft, publicKey } = place
  const { message, seenHostKey } = place.flaw
  return (
    <>
      <Select
        label={t('places.kind')}
        value={draft.kind}
        choices={PLACE_KINDS.map((value) => ({
          value,
          label: t(`places.kind_${value}`),
          help: t(`places.kind_${value}_help`),
        }))}
        onChange={place.choose}
      />
      <FieldsOfKind draft={draft} hasKey={publicKey !== null} onChange={place.change} />
      {draft.kind === 'sftp' ? (
        <OwnKey publicKey={publicKey} isBusy={act.isBusy} onMake={place.makeKey} />
      ) : null}
      {children}
      {seenHostKey === null ? null : (
        <HostKey hostKey={seenHostKey} isBusy={act.isBusy} onConfirm={() => place.go(seenHostKey)} />
      )}
      {message === null || seenHostKey !== null ? null : (
        <Notice>
          {t('places.flaw')} <span lang="en">{message}</span>
        </Notice>
      )}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </>
  )
}

interface FieldsOfKindProps {
  readonly draft: PlaceDraft
  /** Then no password is asked for. */
  readonly hasKey: boolean
  readonly onChange: (next: Partial<PlaceDraft>) => void
}

function FieldsOfKind({ draft, hasKey, onChange }: FieldsOfKindProps) {
  const t = useText()
  const fields = FIELDS[draft.kind].filter((field) => !(hasKey && field === 'secret')) as readonly Field[]
  return fields.map((field) => (
    <TextField
      key={field}
      kind={field === 'secret' ? 'current-password' : 'domain'}
      label={t(`places.field_${field === 'path' && draft.kind === 's3' ? 'prefix' : field}`)}
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
      <div>
        <Button isBusy={isBusy} onPress={onMake}>
          {t('places.make_key')}
        </Button>
      </div>
    )
  return (
    <div className={styles.told}>
      <p>{t('places.key_made')}</p>
      <code className={styles.code} dir="ltr">
        {publicKey}
      </code>
    </div>
  )
}

interface HostKeyProps {
  readonly hostKey: string
  readonly isBusy: boolean
  readonly onConfirm: () => void
}

function HostKey({ hostKey, isBusy, onConfirm }: HostKeyProps) {
  const t = useText()
  return (
    <div role="alert" className={styles.told}>
      <p>{t('places.host_key')}</p>
      <code className={styles.code} dir="ltr">
        {hostKey}
      </code>
      <p className={styles.meta}>{t('places.host_key_help')}</p>
      <div>
        <Button isBusy={isBusy} onPress={onConfirm}>
          {t('places.host_key_act')}
        </Button>
      </div>
    </div>
  )
}
