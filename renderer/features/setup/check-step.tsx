/** Step 5: each part proves itself by being used; a part that fails says what that means and is tried again. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { CheckName, HomeFacts } from '../../../server/contracts/owner-api.ts'
import { getChecks } from '../../api/owner.ts'
import { toFailure } from '../../api/failure.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type AddressWay, forgetAnswers } from '../../stores/set-up-answers.ts'
import { AdoptionResult } from './adoption-result.tsx'
import { BringPeople } from './bring-people.tsx'
import { CheckLine } from './check-line.tsx'
import styles from './setup.module.css'
import type { StepProps } from './step-props.ts'
import { usePictureUpload } from './use-picture-upload.ts'
import { StepForm } from './step-form.tsx'

const INSIDE: readonly CheckName[] = ['database', 'keys', 'webfinger']
/** Of a home that has an address. */
const OUTSIDE: readonly CheckName[] = ['address', 'certificate', 'profile', 'live_outside']

interface CheckStepProps extends Pick<StepProps, 'answers' | 'onChange'> {
  /** @param path  of a page that is wanted first */
  readonly onOpen: (path?: string) => void
}

export function CheckStep({ answers, onChange, onOpen }: CheckStepProps) {
  const t = useText()
  const { api, storage } = useServices()
  const checks = useQuery({ queryKey: ['checks'], queryFn: async () => getChecks(api), retry: 1 })
  const facts = useHomeFacts()
  const upload = usePictureUpload(answers.picture, () => onChange({ picture: null }))
  const open = (path?: string): void => {
    forgetAnswers(storage)
    onOpen(path)
  }
  const results = checks.data?.checks ?? []
  const hasFailed = results.some((result) => !result.isGood)
  const hasAddress = (facts.data?.domain ?? null) !== null
  const publicAddress = facts.data?.publicAddress ?? null
  return (
    <StepForm
      title={t('setup.check_title')}
      lead={t(hasAddress ? 'setup.check_lead' : 'setup.check_lead_local')}
      nextLabel={t('setup.open')}
      onNext={() => open()}
    >
      <AdoptionResult />
      <ul className={styles.checks}>
        {[...INSIDE, ...(hasAddress ? OUTSIDE : [])].map((name) => (
          <CheckLine
            key={`${name} ${checks.dataUpdatedAt}`}
            name={name}
            publicAddress={publicAddress}
            result={checks.isFetching ? undefined : results.find((result) => result.name === name)}
            isRunning={checks.isFetching}
          />
        ))}
        <LiveLine publicAddress={publicAddress} />
      </ul>
      {checks.error === null ? null : (
        <FailureNotice
          failure={toFailure(checks.error)}
          act={{ label: t('act.try_again'), onPress: () => void checks.refetch() }}
        />
      )}
      {hasFailed && !checks.isFetching ? (
        <div>
          <Button onPress={() => void checks.refetch()}>{t('setup.check_again')}</Button>
        </div>
      ) : null}
      <NextAct facts={facts.data} way={answers.way} onSetUp={() => open('/address')} />
      <PictureNotice upload={upload} />
      {facts.data === undefined ? null : hasAddress ? (
        <BringPeople />
      ) : (
        <p className={styles.note}>{t('setup.people_later')}</p>
      )}
    </StepForm>
  )
}

function PictureNotice({ upload }: { readonly upload: ReturnType<typeof usePictureUpload> }) {
  const t = useText()
  if (upload.failure === null) return null
  return (
    <FailureNotice
      failure={upload.failure}
      meaning={t('setup.picture_not_kept')}
      act={{ label: t('act.try_again'), onPress: upload.retry, isBusy: upload.isBusy }}
    />
  )
}

interface NextActProps {
  readonly facts: HomeFacts | undefined
  readonly way: AddressWay
  readonly onSetUp: () => void
}

/** With an address of its own, a home still needs a way in. */
function NextAct({ facts, way, onSetUp }: NextActProps) {
  const t = useText()
  if (facts === undefined || facts.domain === null || facts.state === 'reachable') return null
  return (
    <div className={styles.nextAct}>
      <p className={styles.note}>{t(`setup.check_next_${way}`)}</p>
      <div>
        <Button onPress={onSetUp}>{t('setup.check_next_open')}</Button>
      </div>
    </div>
  )
}

/** The live line is the window's own to prove. */
function LiveLine({ publicAddress }: { readonly publicAddress: string | null }) {
  const { live } = useServices()
  const state = useObservable(live.state)
  useEffect(() => live.open(), [live])
  const result =
    state.phase === 'live'
      ? { isGood: true, flaw: null, reason: null }
      : state.phase === 'waiting'
        ? { isGood: false, flaw: null, reason: null }
        : undefined
  return <CheckLine name="live" result={result} isRunning publicAddress={publicAddress} />
}
