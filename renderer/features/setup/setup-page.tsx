/** The first run: five steps, one thought each. Back keeps every answer, Enter is the blue button. */
import { type ReactNode, useEffect, useState } from 'react'
import type { SetUpField } from '../../../server/contracts/owner-api.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { setUp } from '../../api/owner.ts'
import { PageFrame } from '../../components/page-frame.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { newRecoveryCode } from '../../stores/recovery-code.ts'
import {
  SET_UP_STEPS,
  type SetUpAnswers,
  type SetUpStep,
  formFromAnswers,
  keepAnswers,
  readAnswers,
  stepOfField,
} from '../../stores/set-up-answers.ts'
import { AdoptionStep } from './adoption-step.tsx'
import { AddressStep } from './address-step.tsx'
import { CheckStep } from './check-step.tsx'
import type { Flaws, StepProps } from './step-props.ts'
import { SafeStep } from './safe-step.tsx'
import { useAdoption } from './use-adoption.ts'
import { WelcomeStep } from './welcome-step.tsx'
import { YouStep } from './you-step.tsx'

interface SetUpPageProps {
  /** The home is made already; the checks are what is left. */
  readonly isMade: boolean
  readonly onMade: () => void
  /** @param path  of a page that is wanted first */
  readonly onOpen: (path?: string) => void
}

export function SetUpPage({ isMade, onMade, onOpen }: SetUpPageProps) {
  const t = useText()
  const form = useSetUpForm(isMade, onMade)
  const adoption = useAdoption().data ?? null
  const [isAdopting, setAdopting] = useState(false)
  const isUnderWay = (adoption?.running ?? adoption?.begun ?? null) !== null
  // Whoever comes back to one, and undoes it, is still about to take a server over.
  if (isUnderWay && !isAdopting) setAdopting(true)
  if (!isMade && adoption !== null && isAdopting) {
    return (
      <PageFrame isTall place={t('setup.place', { number: 1, total: SET_UP_STEPS.length })}>
        <AdoptionStep
          state={adoption}
          onStart={() => form.onChange({ step: 'check', hasDomain: true })}
          onBack={() => {
            form.onChange({ step: 'welcome' })
            setAdopting(false)
          }}
          onMade={form.adopted}
        />
      </PageFrame>
    )
  }
  const onAdopt = adoption === null ? null : () => setAdopting(true)
  const step = isMade ? 'check' : form.answers.step === 'check' ? 'you' : form.answers.step
  const number = SET_UP_STEPS.indexOf(step) + 1
  return (
    <PageFrame isTall place={t('setup.place', { number, total: SET_UP_STEPS.length })}>
      <div key={step} style={{ display: 'contents' }}>
        {renderStep(step, form, { onOpen, onAdopt })}
      </div>
    </PageFrame>
  )
}

interface WaysOut extends Pick<SetUpPageProps, 'onOpen'> {
  /** Null where no server can be taken over. */
  readonly onAdopt: (() => void) | null
}

function renderStep(step: SetUpStep, form: SetUpFormState, { onOpen, onAdopt }: WaysOut): ReactNode {
  switch (step) {
    case 'welcome':
      return <WelcomeStep {...form} onAdopt={onAdopt} />
    case 'you':
      return <YouStep {...form} />
    case 'address':
      return <AddressStep {...form} />
    case 'safe':
      return <SafeStep {...form} onMake={form.make} isBusy={form.isBusy} failure={form.failure} />
    case 'check':
      return <CheckStep answers={form.answers} onChange={form.onChange} onOpen={onOpen} />
  }
}

interface SetUpFormState extends StepProps {
  readonly make: () => Promise<void>
  /** A server was taken over: the home is made, and has its owner. */
  readonly adopted: () => Promise<void>
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
}

function useSetUpForm(isMade: boolean, onMade: () => void): SetUpFormState {
  const { api, session, storage } = useServices()
  const [answers, setAnswers] = useState(() => ({
    ...readAnswers(storage),
    recoveryCode: newRecoveryCode((bytes) => crypto.getRandomValues(bytes)),
  }))
  const [flaws, setFlaws] = useState<Flaws>({})
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const onChange = (part: Partial<SetUpAnswers>): void => {
    setAnswers((known) => ({ ...known, ...part }))
    setFlaws((known) => withoutChanged(known, part))
  }
  useEffect(
    () => keepAnswers(storage, isMade ? { ...answers, step: 'check' } : answers),
    [storage, answers, isMade],
  )
  const move = (by: number): void => {
    const step = SET_UP_STEPS[SET_UP_STEPS.indexOf(answers.step) + by]
    if (step !== undefined) onChange({ step })
  }
  const make = async (): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      const state = await setUp(api, formFromAnswers(answers))
      onChange({ step: 'check' })
      onMade()
      session.accept(state)
    } catch (error) {
      const refused = toFailure(error)
      const [field] = Object.keys(refused.fields) as SetUpField[]
      if (field === undefined) setFailure(refused)
      else onChange({ step: stepOfField(field) })
      setFlaws(refused.fields)
    } finally {
      setBusy(false)
    }
  }
  const adopted = async (): Promise<void> => {
    onChange({ step: 'check', hasDomain: true })
    onMade()
    await session.refresh()
  }
  return {
    answers,
    flaws,
    failure,
    isBusy,
    make,
    adopted,
    onChange,
    onNext: () => move(1),
    onBack: () => move(-1),
  }
}

/** A field that is being corrected is no longer wrong. */
function withoutChanged(flaws: Flaws, part: Partial<SetUpAnswers>): Flaws {
  return Object.fromEntries(Object.entries(flaws).filter(([field]) => !(field in part)))
}
