/** Choosing how others get here, and what that way needs: nothing counts before it is applied, and a refused value stays. */
import { useQueryClient } from '@tanstack/react-query'
import { type SyntheticEvent, useState } from 'react'
import { TUNNEL_KINDS, type TunnelSettingValue } from '../../../server/contracts/tunnel.ts'
import { type TunnelChange, changeTunnel } from '../../api/tunnel.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { TUNNEL_KEY } from '../../hooks/use-tunnel.ts'
import {
  type TunnelValues,
  type Typed,
  asksPassword,
  changesFor,
  fieldsOf,
  offeredWays,
  refusedName,
} from '../../stores/tunnel-ways.ts'
import styles from './address.module.css'
import { SettingField } from './setting-field.tsx'
import { WayChoices } from './way-choices.tsx'

interface WaySectionProps {
  /** That the home goes now. */
  readonly way: string
  readonly values: TunnelValues
}

export function WaySection({ way, values }: WaySectionProps) {
  const t = useText()
  const form = useWayForm(way, values)
  const { fields, more } = fieldsOf(form.way, values)
  const refused = form.refused
  const renderField = (setting: TunnelSettingValue) => (
    <SettingField
      key={setting.name}
      setting={setting}
      typed={form.typed[setting.name]}
      flaw={refused?.name === setting.name ? refused.sentence : null}
      onType={(words) => form.type(setting.name, words)}
      onForget={() => void form.send([{ name: setting.name, value: null }])}
    />
  )
  const shown = new Set([...fields, ...more].map(({ name }) => name))
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault()
    void form.apply()
  }
  return (
    <Section title={t('address.way_title')} help={t('address.way_help')}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <WayChoices
          ways={offeredWays(values, TUNNEL_KINDS)}
          value={form.way}
          current={way}
          onChange={form.choose}
        />
        {fields.map(renderField)}
        {more.length === 0 ? null : (
          <details
            className={styles.fold}
            open={more.some(({ name }) => refused?.name === name) || undefined}
          >
            <summary>{t('address.more_settings')}</summary>
            <div className={styles.folded}>{more.map(renderField)}</div>
          </details>
        )}
        {form.asksPassword ? <PasswordField form={form} /> : null}
        {form.failure === null || (refused !== null && shown.has(refused.name)) ? null : (
          <FailureNotice failure={form.failure} meaning={t('act.nothing_changed')} />
        )}
        <span role="status" className={styles.meta}>
          {form.isSaved ? t('address.saved') : ''}
        </span>
        {form.hasChanges ? <ApplyBar form={form} /> : null}
      </form>
    </Section>
  )
}

/** For what says which program is run on this computer. */
function PasswordField({ form }: { readonly form: WayForm }) {
  const t = useText()
  return (
    <TextField
      label={t('address.password')}
      help={t('address.password_help')}
      kind="current-password"
      name="password"
      value={form.password}
      onChange={form.givePassword}
    />
  )
}

function ApplyBar({ form }: { readonly form: WayForm }) {
  const t = useText()
  return (
    <div role="group" aria-label={t('address.unsaved')} className={styles.applyBar}>
      <span>{t('address.unsaved')}</span>
      <div className={styles.acts}>
        <Button isDisabled={form.isBusy} onPress={form.discard}>
          {t('address.discard')}
        </Button>
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {t('address.apply')}
        </Button>
      </div>
    </div>
  )
}

type Failure = ReturnType<typeof useAct>['failure']

interface Refusal {
  readonly name: string
  readonly sentence: string
}

function refusalOf(failure: Failure, values: TunnelValues): Refusal | null {
  const name = failure?.kind === 'refused' ? refusedName(failure.detail, values) : null
  return name === null || failure === null ? null : { name, sentence: failure.detail }
}

function usePassword(isAsked: boolean): Pick<WayForm, 'asksPassword' | 'password' | 'givePassword'> {
  const [password, givePassword] = useState('')
  return { asksPassword: isAsked, password, givePassword }
}

interface WayForm {
  readonly way: string
  readonly typed: Typed
  readonly hasChanges: boolean
  /** A change says what is run on this computer. */
  readonly asksPassword: boolean
  readonly password: string
  readonly givePassword: (password: string) => void
  readonly isBusy: boolean
  readonly isSaved: boolean
  readonly failure: Failure
  /** Whose value the home did not take, and why. */
  readonly refused: Refusal | null
  readonly choose: (way: string) => void
  readonly type: (name: string, words: string) => void
  readonly apply: () => Promise<void>
  /** Something that counts at once. */
  readonly send: (changes: readonly TunnelChange[]) => Promise<boolean>
  readonly discard: () => void
}

function useWayForm(current: string, values: TunnelValues): WayForm {
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [chosen, setChosen] = useState<string | null>(null)
  const [typed, setTyped] = useState<Typed>({})
  const [isSaved, setSaved] = useState(false)
  const way = chosen ?? current
  const changes = changesFor(way, typed, values)
  const asking = usePassword(asksPassword(changes, values))
  const change = (): void => {
    setSaved(false)
    act.forget()
  }
  const reset = (): void => {
    setChosen(null)
    setTyped({})
    asking.givePassword('')
  }
  const send = async (wanted: readonly TunnelChange[]): Promise<boolean> => {
    const isDone = await act.run(async () =>
      queries.setQueryData(
        TUNNEL_KEY,
        await changeTunnel(api, wanted, asksPassword(wanted, values) ? asking.password : ''),
      ),
    )
    setSaved(isDone)
    return isDone
  }
  const apply = async (): Promise<void> => {
    if (changes.length === 0) return
    if (await send(changes)) reset()
  }
  const { failure } = act
  return {
    way,
    typed,
    hasChanges: changes.length > 0,
    ...asking,
    isBusy: act.isBusy,
    isSaved,
    failure,
    refused: refusalOf(failure, values),
    choose(next) {
      change()
      setChosen(next)
    },
    type(field, words) {
      change()
      setTyped((known) => ({ ...known, [field]: words }))
    },
    apply,
    send,
    discard() {
      change()
      reset()
    },
  }
}
