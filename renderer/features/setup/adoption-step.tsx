/** Taking a Takahē server over, in place of a new home: where it is, what comes along, how far it is. */
import { useEffect, useState } from 'react'
import type { AdoptionPreview, AdoptionSource, AdoptionState } from '../../../server/contracts/adoption.ts'
import { abandonAdoption, lookAtServer, startAdoption } from '../../api/adoption.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { AdoptionPlan } from './adoption-plan.tsx'
import { AdoptionRunning } from './adoption-running.tsx'
import { AdoptionSourceForm, type SourceAnswers, sourceFrom } from './adoption-source-form.tsx'
import { AdoptionWhose } from './adoption-whose.tsx'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'
import { useAdoptionAnswer } from './use-adoption.ts'

interface AdoptionStepProps {
  readonly state: AdoptionState
  /** It has begun: whoever comes back finds how it ended. */
  readonly onStart: () => void
  readonly onBack: () => void
  /** It is finished: this is somebody's home. */
  readonly onMade: () => Promise<void>
}

const NOTHING_SAID: SourceAnswers = { database: '', media: '', mainHost: '' }

interface Looked {
  readonly source: AdoptionSource
  readonly preview: AdoptionPreview
}

export function AdoptionStep({ state, onStart, onBack, onMade }: AdoptionStepProps) {
  const isFinished = state.begun?.isFinished === true && state.running === null
  useMadeOnce(isFinished, onMade)
  if (state.running !== null || isFinished) return <AdoptionRunning running={state.running} />
  return <Asking state={state} onStart={onStart} onBack={onBack} />
}

function useMadeOnce(isFinished: boolean, onMade: () => Promise<void>): void {
  useEffect(() => {
    if (isFinished) void onMade()
    // Each drawing brings another function; what counts is that it is finished.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isFinished])
}

function Asking({ state, onStart, onBack }: Omit<AdoptionStepProps, 'onMade'>) {
  const { api } = useServices()
  const act = useAct()
  const answer = useAdoptionAnswer()
  const [answers, setAnswers] = useState(NOTHING_SAID)
  const [looked, setLooked] = useState<Looked | null>(null)
  const look = async (user: string | null): Promise<void> => {
    const source = sourceFrom(answers, user)
    await act.run(async () => setLooked({ source, preview: await lookAtServer(api, source) }))
  }
  const start = async (source: AdoptionSource, password: string): Promise<void> => {
    await act.run(async () => {
      const begun = await startAdoption(api, { ...source, password })
      onStart()
      answer(begun)
    })
  }
  const back = (): void => {
    act.forget()
    setLooked(null)
  }
  if (looked === null) {
    return (
      <SourceStep
        {...{ state, answers, onBack, act }}
        onChange={(part) => setAnswers({ ...answers, ...part })}
        onLook={() => void look(null)}
      />
    )
  }
  const { source, preview } = looked
  if (preview.plan === null) {
    return <AdoptionWhose preview={preview} act={act} onChoose={(email) => void look(email)} onBack={back} />
  }
  return (
    <AdoptionPlan
      place={preview.place}
      plan={preview.plan}
      act={act}
      isBegun={state.begun !== null}
      onStart={(password) => void start(source, password)}
      onBack={back}
    />
  )
}

interface SourceStepProps extends Pick<AdoptionStepProps, 'state' | 'onBack'> {
  readonly answers: SourceAnswers
  readonly act: ReturnType<typeof useAct>
  readonly onChange: (part: Partial<SourceAnswers>) => void
  readonly onLook: () => void
}

function SourceStep({ state, answers, act, onChange, onLook, onBack }: SourceStepProps) {
  const t = useText()
  const [isAsked, setAsked] = useState(false)
  const isBegun = state.begun !== null
  const submit = (): void => {
    setAsked(true)
    if (answers.database.trim() !== '') onLook()
  }
  return (
    <StepForm
      key="source"
      title={t('adoption.title')}
      lead={t('adoption.lead')}
      nextLabel={t('adoption.look')}
      isBusy={act.isBusy}
      onNext={submit}
      {...(isBegun ? { other: <Anew /> } : { onBack })}
    >
      {state.problem === null ? null : (
        <Notice detail={state.problem} detailLabel={t('failure.details')}>
          {t('adoption.problem')}
        </Notice>
      )}
      {isBegun ? <p className={styles.note}>{t('adoption.begun')}</p> : null}
      <AdoptionSourceForm answers={answers} isAsked={isAsked} onChange={onChange} />
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </StepForm>
  )
}

/** The way out of one that shall not be gone on with. */
function Anew() {
  const t = useText()
  const { api } = useServices()
  const answer = useAdoptionAnswer()
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <Button onPress={() => setAsking(true)}>{t('adoption.anew')}</Button>
      {isAsking ? (
        <ConfirmDialog
          title={t('adoption.anew_title')}
          act={t('adoption.anew_act')}
          onConfirm={async () => answer(await abandonAdoption(api))}
          onClose={() => setAsking(false)}
        >
          {t('adoption.anew_help')}
        </ConfirmDialog>
      ) : null}
    </>
  )
}
