/** The fields of a profile: a name and what stands beside it, whether a link was proved, and how one is. */
import { BadgeCheck, ChevronDown, ChevronUp, Trash2 } from 'lucide-react'
import type { CredentialAccount } from '../../../server/contracts/account.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { ProfileField } from '../../stores/profile-draft.ts'
import parts from './parts.module.css'
import styles from './profile.module.css'

const MOST_FIELDS = 8

interface ProfileFieldsProps {
  readonly account: CredentialAccount
  readonly fields: readonly ProfileField[]
  readonly onChange: (fields: readonly ProfileField[]) => void
}

export function ProfileFields({ account, fields, onChange }: ProfileFieldsProps) {
  const t = useText()
  const change = (place: number, part: Partial<ProfileField>): void =>
    onChange(fields.map((field, at) => (at === place ? { ...field, ...part } : field)))
  const swap = (place: number): void =>
    onChange(
      fields.map(
        (field, at) => (at === place ? fields[at - 1] : at === place - 1 ? fields[at + 1] : field) ?? field,
      ),
    )
  return (
    <fieldset className={styles.fieldset}>
      <legend>{t('profile_part.fields')}</legend>
      {fields.map((field, place) => (
        <FieldRow
          // oxlint-disable-next-line react/no-array-index-key -- a field is nothing but its place while it is typed
          key={place}
          number={place + 1}
          field={field}
          verifiedAt={verifiedAtOf(account, field)}
          isLast={place === fields.length - 1}
          onChange={(part) => change(place, part)}
          onRemove={() => onChange(fields.filter((_, at) => at !== place))}
          onUp={() => swap(place)}
          onDown={() => swap(place + 1)}
        />
      ))}
      {fields.length >= MOST_FIELDS ? null : (
        <div>
          <Button onPress={() => onChange([...fields, { name: '', value: '' }])}>
            {t('profile_part.add_field')}
          </Button>
        </div>
      )}
      <details>
        <summary>{t('profile_part.prove')}</summary>
        <p className={parts.note}>{t('profile_part.prove_help')}</p>
        <pre className={parts.code} dir="ltr">
          <code>{proofOf(account.url, `@${account.username}`)}</code>
        </pre>
      </details>
    </fieldset>
  )
}

const proofOf = (url: string, name: string): string => `<a rel="me" href="${url}">${name}</a>`

/** The proof belongs to what the home has, not to what is being typed. */
function verifiedAtOf(account: CredentialAccount, { value }: ProfileField): string | null {
  const same = account.source.fields.find((field) => field.value === value)
  return same?.verified_at ?? null
}

interface FieldRowProps {
  readonly number: number
  readonly field: ProfileField
  readonly verifiedAt: string | null
  readonly isLast: boolean
  readonly onChange: (part: Partial<ProfileField>) => void
  readonly onRemove: () => void
  readonly onUp: () => void
  readonly onDown: () => void
}

function FieldRow(props: FieldRowProps) {
  const t = useText()
  const { number, field, verifiedAt, isLast, onChange } = props
  return (
    <div className={styles.fieldRow}>
      <div className={styles.fieldPair}>
        <TextField
          label={t('profile_part.field_name', { number })}
          value={field.name}
          maxLength={255}
          onChange={(name) => onChange({ name })}
        />
        <TextField
          label={t('profile_part.field_value', { number })}
          value={field.value}
          maxLength={2_000}
          onChange={(value) => onChange({ value })}
        />
      </div>
      <div className={parts.acts}>
        {verifiedAt === null ? null : (
          <span className={styles.verified}>
            <BadgeCheck aria-hidden size={16} /> {t('profile_part.verified')}{' '}
            <RelativeTime moment={verifiedAt} />
          </span>
        )}
        <IconButton
          icon={ChevronUp}
          label={t('profile_part.field_up', { number })}
          isDisabled={number === 1}
          onPress={props.onUp}
        />
        <IconButton
          icon={ChevronDown}
          label={t('profile_part.field_down', { number })}
          isDisabled={isLast}
          onPress={props.onDown}
        />
        <IconButton
          icon={Trash2}
          label={t('profile_part.field_remove', { number })}
          onPress={props.onRemove}
        />
      </div>
    </div>
  )
}
