/** Step 1: what this is and what it costs. */
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

export function WelcomeStep({ onNext }: { readonly onNext: () => void }) {
  const t = useText()
  return (
    <StepForm
      title={t('setup.welcome_title')}
      lead={t('setup.welcome_lead')}
      nextLabel={t('setup.begin')}
      onNext={onNext}
    >
      <ul className={styles.points}>
        <li>{t('setup.welcome_runs')}</li>
        <li>{t('setup.welcome_keeps')}</li>
        <li>{t('setup.welcome_time')}</li>
      </ul>
    </StepForm>
  )
}
