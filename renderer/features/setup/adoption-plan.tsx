/** What would come along, in numbers, and the password of the home to be; then it begins. */
import { useState } from 'react'
import { ADOPTION_STEPS, type AdoptionOutline } from '../../../server/contracts/adoption.ts'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { TextField } from '../../components/text-field.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import type { Act } from '../../hooks/use-act.ts'
import { useText } from '../../hooks/use-text.ts'
import { Amounts } from './adoption-amounts.tsx'
import { flawOfField } from './field-flaws.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

interface AdoptionPlanProps {
  readonly place: string
  readonly plan: AdoptionOutline
  readonly act: Act
  /** It goes on with what was begun. */
  readonly isBegun: boolean
  readonly onStart: (password: string) => void
  readonly onBack: () => void
}

export function AdoptionPlan({ place, plan, act, isBegun, onStart, onBack }: AdoptionPlanProps) {
  const t = useText()
  const [password, setPassword] = useState('')
  const [isAsked, setAsked] = useState(false)
  const { handles, domains, others, isBusy, counts } = plan
  const flaw = act.failure?.fields['password'] ?? flawOfField('password', password)
  const isRefused = act.failure?.fields['password'] !== undefined
  const submit = (): void => {
    setAsked(true)
    if (flawOfField('password', password) === null) onStart(password)
  }
  return (
    <StepForm
      key="plan"
      title={t('adoption.plan_title')}
      lead={t('adoption.plan_lead', { place })}
      nextLabel={t(isBegun ? 'adoption.go_on' : 'adoption.start')}
      isBusy={act.isBusy}
      onNext={submit}
      onBack={onBack}
    >
      <Amounts
        rows={[
          [t('adoption.handles'), handles.join(', ')],
          [t('adoption.domains'), domains.join(', ')],
          ...ADOPTION_STEPS.flatMap((step): [string, string][] => {
            const count = counts[step] ?? 0
            return count === 0 ? [] : [[t(`adoption.part_${step}`), formatCount(t.locale, count)]]
          }),
        ]}
      />
      {others.length === 0 ? null : (
        <p className={styles.note}>{t('adoption.others', { count: others.length })}</p>
      )}
      {isBusy ? <Notice>{t('adoption.busy')}</Notice> : null}
      <TextField
        label={t('setup.password')}
        help={`${t('adoption.password_lead')} ${t('setup.password_help')}`}
        kind="new-password"
        name="password"
        flaw={isAsked && flaw !== null ? t(`flaw.${flaw}`) : null}
        value={password}
        onChange={(typed) => {
          setPassword(typed)
          if (isRefused) act.forget()
        }}
      />
      {act.failure === null || isRefused ? null : <FailureNotice failure={act.failure} />}
    </StepForm>
  )
}
