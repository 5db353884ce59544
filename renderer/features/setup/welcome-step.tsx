/** Step 1: what this is and what it costs; a new home, or one that is brought back. */
import { Clock, Cpu, House } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Switch } from '../../components/switch.tsx'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'
import { RestoreStep } from './restore-step.tsx'
import { StepForm } from './step-form.tsx'
import { TakeStep } from './take-step.tsx'
import { isTakingBegun, useTaking } from './use-taking.ts'
import type { StepProps } from './step-props.ts'

interface WelcomeStepProps extends Pick<StepProps, 'answers' | 'onChange' | 'onNext'> {
  /** Null where no server can be taken over. */
  readonly onAdopt: (() => void) | null
}

export function WelcomeStep({ answers, onChange, onNext, onAdopt }: WelcomeStepProps) {
  const t = useText()
  const [isRestoring, setRestoring] = useState(false)
  const [isTakingOver, setTakingOver] = useState(false)
  const isBegun = isTakingBegun(useTaking().data)
  if (isTakingOver || isBegun) return <TakeStep onBack={() => setTakingOver(false)} />
  if (isRestoring) return <RestoreStep onBack={() => setRestoring(false)} />
  return (
    <StepForm
      title={t('setup.welcome_title')}
      lead={t('setup.welcome_lead')}
      nextLabel={t('setup.begin')}
      other={<Button onPress={() => setRestoring(true)}>{t('setup.restore')}</Button>}
      onNext={onNext}
    >
      <ul className={styles.points}>
        <li>
          <Cpu aria-hidden size={20} /> {t('setup.welcome_runs')}
        </li>
        <li>
          <House aria-hidden size={20} /> {t('setup.welcome_keeps')}
        </li>
        <li>
          <Clock aria-hidden size={20} /> {t('setup.welcome_time')}
        </li>
      </ul>
      <Switch
        label={t('setup.only_here')}
        help={t('setup.only_here_help')}
        isOn={!answers.hasDomain}
        onChange={(isOn) => onChange({ hasDomain: !isOn })}
      />
      <div>
        <Button look="plain" isFlush onPress={() => setTakingOver(true)}>
          {t('taking.entry')}
        </Button>
      </div>
      {onAdopt === null ? null : (
        <div>
          <Button look="plain" isFlush onPress={onAdopt}>
            {t('adoption.entry')}
          </Button>
        </div>
      )}
    </StepForm>
  )
}
