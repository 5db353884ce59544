/** One setting of the way in: its words, what is kept of it, and the home's sentence where it was refused. */
import type { TunnelSettingValue } from '../../../server/contracts/tunnel.ts'
import { Button } from '../../components/button.tsx'
import { Select } from '../../components/select.tsx'
import { TextArea } from '../../components/text-area.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import { linesOfList, lookOf } from '../../stores/tunnel-ways.ts'
import styles from './address.module.css'
import { isKnownField } from './known-fields.ts'

interface SettingFieldProps {
  readonly setting: TunnelSettingValue
  /** Undefined while it stands as it is kept. */
  readonly typed: string | undefined
  readonly flaw: string | null
  readonly onType: (words: string) => void
  /** Takes back a secret that is kept. */
  readonly onForget: () => void
}

const MOST_LETTERS = 20_000

export function SettingField(props: SettingFieldProps) {
  const { setting, typed, flaw, onType } = props
  const t = useText()
  const look = lookOf(setting)
  const words = wordsOf(t, setting)
  const value = typed ?? setting.value
  switch (look.kind) {
    case 'lines':
      return (
        <TextArea
          {...words}
          value={typed ?? linesOfList(setting.value)}
          rows={4}
          maxLength={MOST_LETTERS}
          isCode
          flaw={flaw}
          onChange={onType}
        />
      )
    case 'choice':
      return (
        <Select
          {...words}
          value={value}
          choices={look.of.map((one) => ({ value: one, label: one }))}
          onChange={onType}
        />
      )
    case 'secret':
      return <SecretField {...props} words={words} />
    case 'text':
      return (
        <TextField
          {...words}
          kind="domain"
          name={setting.name}
          value={value}
          flaw={flaw}
          maxLength={MOST_LETTERS}
          {...(setting.default === '' ? {} : { placeholder: setting.default })}
          onChange={onType}
        />
      )
  }
}

interface FieldWords {
  readonly label: string
  readonly help?: string
}

/** A setting that is newer than the window goes by the name of its variable. */
function wordsOf(t: Text, { name, variable }: TunnelSettingValue): FieldWords {
  if (!isKnownField(name)) return { label: variable }
  return { label: t(`tunnel_field.${name}`), help: t(`tunnel_field_help.${name}`) }
}

interface SecretFieldProps extends SettingFieldProps {
  readonly words: FieldWords
}

/** What is kept is not shown to anybody: it can be replaced or taken back. */
function SecretField({ setting, typed = '', flaw, words, onType, onForget }: SecretFieldProps) {
  const t = useText()
  const state = t(setting.isSet ? 'address.secret_set' : 'address.secret_unset')
  return (
    <div className={styles.secret}>
      <TextField
        label={words.label}
        kind="new-password"
        name={setting.name}
        value={typed}
        flaw={flaw}
        maxLength={MOST_LETTERS}
        help={words.help === undefined ? state : `${state} ${words.help}`}
        onChange={onType}
      />
      {setting.isSet ? (
        <Button label={t('address.forget_label', { what: words.label })} onPress={onForget}>
          {t('address.forget')}
        </Button>
      ) : null}
    </div>
  )
}
