/** Instead of a new home: the one of another computer, which gives it while both run. */
import { useEffect, useRef, useState } from 'react'
import type { OfferedHome } from '../../../server/contracts/hand-over.ts'
import type { TakingState } from '../../../server/contracts/taking-home.ts'
import { cancelTaking, pairTaking, startTaking } from '../../api/hand-over.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { Button } from '../../components/button.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { TextField } from '../../components/text-field.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { Amounts } from './adoption-amounts.tsx'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'
import { useTaking, useTakingAnswer } from './use-taking.ts'

export function TakeStep({ onBack }: { readonly onBack: () => void }) {
  const { data, isError } = useTaking()
  const state = data ?? { phase: 'none' as const }
  if (state.phase === 'paired') return <Paired home={state.home} />
  if (state.phase === 'coming' || state.phase === 'restoring')
    return <UnderWay state={state} isAway={isError} />
  return <Asking failed={state.phase === 'failed' ? state.message : null} onBack={onBack} />
}

interface AskingProps {
  /** Why the one before was not taken. */
  readonly failed: string | null
  readonly onBack: () => void
}

function Asking({ failed, onBack }: AskingProps) {
  const t = useText()
  const { api } = useServices()
  const answer = useTakingAnswer()
  const act = useAct()
  const [address, setAddress] = useState('')
  const [code, setCode] = useState('')
  return (
    <StepForm
      key="ask"
      title={t('taking.title')}
      lead={t('taking.lead')}
      nextLabel={t('taking.look')}
      isBusy={act.isBusy}
      onNext={() => void act.run(async () => answer(await pairTaking(api, address, code)))}
      onBack={onBack}
    >
      <TextField
        kind="domain"
        label={t('taking.address')}
        help={t('taking.address_help')}
        placeholder="192.168.1.5:4182"
        value={address}
        maxLength={300}
        autoFocus
        onChange={setAddress}
      />
      <TextField
        kind="domain"
        label={t('taking.code')}
        help={t('taking.code_help')}
        value={code}
        maxLength={100}
        onChange={setCode}
      />
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {failed === null || act.failure !== null ? null : (
        <Notice>
          {t('taking.failed')} <span lang="en">{failed}</span>
        </Notice>
      )}
    </StepForm>
  )
}

function Paired({ home }: { readonly home: OfferedHome }) {
  const t = useText()
  const { api } = useServices()
  const answer = useTakingAnswer()
  const act = useAct()
  const count = (amount: number): string => formatCount(t.locale, amount)
  return (
    <StepForm
      key="paired"
      title={t('taking.paired_title', { name: home.name })}
      lead={t('taking.paired_lead')}
      nextLabel={t('taking.start')}
      isBusy={act.isBusy}
      onNext={() => void act.run(async () => answer(await startTaking(api)))}
      onBack={() => void act.run(async () => answer(await cancelTaking(api)))}
    >
      <Amounts
        rows={[
          [t('taking.identities'), home.identities.join(', ')],
          [t('taking.posts'), count(home.posts)],
          [t('taking.followers'), count(home.followers)],
          [t('taking.following'), count(home.following)],
          [t('taking.size'), formatBytes(t.locale, home.bytes)],
        ]}
      />
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </StepForm>
  )
}

interface UnderWayProps {
  readonly state: Extract<TakingState, { readonly phase: 'coming' | 'restoring' }>
  /** It does not answer: it is being opened again as the other. */
  readonly isAway: boolean
}

function UnderWay({ state, isAway }: UnderWayProps) {
  const t = useText()
  const { api } = useServices()
  const answer = useTakingAnswer()
  const act = useAct()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  const progress = state.phase === 'restoring' ? state.progress : null
  const { done, total } = state.phase === 'coming' ? state : (progress ?? { done: 0, total: null })
  const unit = progress?.unit ?? 'bytes'
  const amount = (count: number): string =>
    unit === 'bytes' ? formatBytes(t.locale, count) : formatCount(t.locale, count)
  return (
    <div className={styles.step}>
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {t('taking.running_title')}
        </h1>
        <p className={styles.lead}>{t('taking.running_lead')}</p>
      </div>
      <div className={styles.fields}>
        <p role="status">{isAway ? t('recovery.opens_again') : t(`taking.${state.phase}`)}</p>
        {isAway ? null : <AmountBar label={t('recovery.progress')} done={done} total={total} />}
        {isAway ? null : (
          <p className={styles.note}>
            {total === null
              ? amount(done)
              : t('recovery.amount', { done: amount(Math.min(done, total)), total: amount(total) })}
          </p>
        )}
        <p className={styles.note}>{t('taking.signs_in')}</p>
        {act.failure === null ? null : <FailureNotice failure={act.failure} />}
      </div>
      <div className={styles.buttons}>
        <Button
          isBusy={act.isBusy}
          isDisabled={isAway}
          onPress={() => void act.run(async () => answer(await cancelTaking(api)))}
        >
          {t('act.cancel')}
        </Button>
      </div>
    </div>
  )
}
