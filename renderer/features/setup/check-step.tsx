/** Step 5: each part proves itself by being used; a part that fails says what that means and is tried again. */
import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useEffect } from 'react'
import type { CheckResult, HomeFacts } from '../../../server/contracts/owner-api.ts'
import { getChecks } from '../../api/owner.ts'
import { toFailure } from '../../api/failure.ts'
import { Button } from '../../components/button.tsx'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { Spinner } from '../../components/spinner.tsx'
import { formatDuration } from '../../formatting/numbers.ts'
import { useHomeFacts } from '../../hooks/use-facts.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { forgetAnswers } from '../../stores/set-up-answers.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

const NAMES = ['database', 'keys', 'webfinger'] as const

export function CheckStep({ onOpen }: { readonly onOpen: () => void }) {
  const t = useText()
  const { api, storage } = useServices()
  const checks = useQuery({ queryKey: ['checks'], queryFn: async () => getChecks(api), retry: 1 })
  const facts = useHomeFacts()
  useEffect(() => forgetAnswers(storage), [storage])
  const results = checks.data?.checks ?? []
  const hasFailed = results.some((result) => !result.isGood)
  return (
    <StepForm
      title={t('setup.check_title')}
      lead={t((facts.data?.domain ?? null) === null ? 'setup.check_lead_local' : 'setup.check_lead')}
      nextLabel={t('setup.open')}
      onNext={onOpen}
    >
      <ul className={styles.checks}>
        {NAMES.map((name) => (
          <CheckLine
            key={name}
            name={name}
            result={checks.isFetching ? undefined : results.find((result) => result.name === name)}
            isRunning={checks.isFetching}
          />
        ))}
        <LiveLine />
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
      <NextAct facts={facts.data} />
    </StepForm>
  )
}

/** With an address of its own, a home still needs a way in. */
function NextAct({ facts }: { readonly facts: HomeFacts | undefined }) {
  const t = useText()
  if (facts === undefined || facts.domain === null || facts.publicAddress === null) return null
  return <p className={styles.note}>{t('setup.check_next', { address: facts.publicAddress })}</p>
}

interface CheckLineProps {
  readonly name: CheckResult['name'] | 'live'
  readonly result: (Pick<CheckResult, 'isGood' | 'reason'> & { readonly ms?: number }) | undefined
  readonly isRunning: boolean
}

function CheckLine({ name, result, isRunning }: CheckLineProps) {
  const t = useText()
  const isGood = result?.isGood === true
  return (
    <li className={styles.check}>
      <span className={cx(styles.mark, isGood && styles.good, result?.isGood === false && styles.bad)}>
        {result === undefined ? (
          isRunning ? (
            <Spinner />
          ) : null
        ) : isGood ? (
          <Check aria-hidden size={18} />
        ) : (
          <X aria-hidden size={18} />
        )}
      </span>
      <div>
        <p>
          {t(`check.${name}`)}{' '}
          <span className={styles.note}>
            {result === undefined
              ? t('check.running')
              : isGood
                ? result.ms === undefined
                  ? t('check.good')
                  : formatDuration(t.locale, result.ms)
                : t('check.bad')}
          </span>
        </p>
        {result?.isGood === false ? (
          <p className={styles.note}>
            {t(`check.${name}_help`)}
            {result.reason === null ? null : (
              <>
                {' '}
                <code dir="ltr">{result.reason}</code>
              </>
            )}
          </p>
        ) : null}
      </div>
    </li>
  )
}

/** The live line is the window's own to prove. */
function LiveLine() {
  const { live } = useServices()
  const state = useObservable(live.state)
  useEffect(() => live.open(), [live])
  const result =
    state.phase === 'live'
      ? { isGood: true, reason: null }
      : state.phase === 'waiting'
        ? { isGood: false, reason: null }
        : undefined
  return <CheckLine name="live" result={result} isRunning />
}
