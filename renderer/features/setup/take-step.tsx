/** Instead of a new home: the one of another computer, which gives it while both run. */
import { useRef, useState } from 'react'
import type { OfferedHome } from '../../../server/contracts/hand-over.ts'
import type { TakingState } from '../../../server/contracts/taking-home.ts'
import { cancelTaking, pairTaking, startTaking } from '../../api/hand-over.ts'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { RestoreProgress } from '../../components/restore-progress.tsx'
import { TextField } from '../../components/text-field.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { formatCount } from '../../formatting/numbers.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { RestoreAmount } from '../../stores/restore-steps.ts'
import { Amounts } from './adoption-amounts.tsx'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'
import { UnderWay } from './under-way.tsx'
import { useTaking, useTakingAnswer, useTakingLook } from './use-taking.ts'

interface Typed {
  readonly address: string
  readonly code: string
}

export function TakeStep({ onBack }: { readonly onBack: () => void }) {
  const { data, isError } = useTaking()
  const [typed, setTyped] = useState<Typed>({ address: '', code: '' })
  const state = data ?? { phase: 'none' as const }
  const hasLapsed = state.phase === 'lapsed'
  const [hadLapsed, setHadLapsed] = useState(false)
  if (hasLapsed !== hadLapsed) {
    setHadLapsed(hasLapsed)
    // The code of before lets nobody in any more.
    if (hasLapsed) setTyped(({ address }) => ({ address, code: '' }))
  }
  if (state.phase === 'paired') return <Paired home={state.home} />
  if (state.phase === 'coming' || state.phase === 'restoring')
    return <Running state={state} isAway={isError} />
  const failed = state.phase === 'failed' ? state.message : null
  return <Asking {...{ typed, onType: setTyped, failed, hasLapsed, onBack }} />
}

interface AskingProps {
  readonly typed: Typed
  readonly onType: (typed: Typed) => void
  /** Why the one before was not taken. */
  readonly failed: string | null
  /** Nobody went on with the one before for half an hour. */
  readonly hasLapsed: boolean
  readonly onBack: () => void
}

function Asking({ typed, onType, failed, hasLapsed, onBack }: AskingProps) {
  const t = useText()
  const { api } = useServices()
  const answer = useTakingAnswer()
  const act = useAct()
  const { address, code } = typed
  const hasLeft = useRef(false)
  const look = async (): Promise<void> => {
    const state = await pairTaking(api, address, code)
    if (!hasLeft.current) answer(state)
  }
  const leave = (): void => {
    hasLeft.current = true
    if (act.isBusy || failed !== null || hasLapsed) {
      answer({ phase: 'none' })
      // Where it does not arrive, the next look at this home tells how it stands.
      void cancelTaking(api).catch(() => undefined)
    }
    onBack()
  }
  return (
    <StepForm
      key="ask"
      title={t('taking.title')}
      lead={t('taking.lead')}
      nextLabel={t('taking.look')}
      isBusy={act.isBusy}
      onNext={() => void act.run(look)}
      onBack={leave}
    >
      <TextField
        kind="domain"
        label={t('taking.address')}
        help={t('taking.address_help')}
        placeholder="192.168.1.5:4182"
        value={address}
        maxLength={300}
        autoFocus
        onChange={(text) => onType({ address: text, code })}
      />
      <TextField
        kind="domain"
        label={t('taking.code')}
        help={t('taking.code_help')}
        value={code}
        maxLength={100}
        onChange={(text) => onType({ address, code: text })}
      />
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {hasLapsed && act.failure === null ? <Notice>{t('taking.lapsed')}</Notice> : null}
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
  const lookAgain = useTakingLook()
  const act = useAct()
  const start = async (): Promise<void> => {
    // It may have lapsed since it was looked at last.
    if (!(await act.run(async () => answer(await startTaking(api))))) lookAgain()
  }
  const count = (amount: number): string => formatCount(t.locale, amount)
  return (
    <StepForm
      key="paired"
      title={t('taking.paired_title', { name: home.name })}
      lead={t('taking.paired_lead')}
      nextLabel={t('taking.start')}
      isBusy={act.isBusy}
      onNext={() => void start()}
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

type RunningState = Extract<TakingState, { readonly phase: 'coming' | 'restoring' }>

function amountOf(state: RunningState): RestoreAmount {
  if (state.phase === 'coming') return { step: 'bring', done: state.done, total: state.total, unit: 'bytes' }
  return state.progress ?? { step: 'start', done: 0, total: null, unit: 'bytes' }
}

interface RunningProps {
  readonly state: RunningState
  /** It does not answer: it is being opened again as the other. */
  readonly isAway: boolean
}

function Running({ state, isAway }: RunningProps) {
  const t = useText()
  const { api } = useServices()
  const answer = useTakingAnswer()
  const act = useAct()
  return (
    <UnderWay
      title={t('taking.running_title')}
      lead={t('taking.running_lead')}
      isCancelling={act.isBusy}
      canCancel={!isAway}
      onCancel={() => void act.run(async () => answer(await cancelTaking(api)))}
    >
      <p role="status">{isAway ? t('recovery.opens_again') : t(`taking.${state.phase}`)}</p>
      {isAway ? null : <RestoreProgress isBrought progress={amountOf(state)} className={styles.note} />}
      <p className={styles.note}>{t('taking.signs_in')}</p>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </UnderWay>
  )
}
