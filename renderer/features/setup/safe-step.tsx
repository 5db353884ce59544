/** Step 4: what keeps the home safe, told as it is; then everything is made at once. */
import { HardDrive, KeyRound, Moon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { StepProps } from './step-props.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

interface SafeStepProps extends StepProps {
  readonly onMake: () => Promise<void>
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
}

export function SafeStep({ onMake, onBack, isBusy, failure }: SafeStepProps) {
  const t = useText()
  return (
    <StepForm
      title={t('setup.safe_title')}
      nextLabel={t('setup.make')}
      isBusy={isBusy}
      onNext={() => void onMake()}
      onBack={onBack}
    >
      <ul className={styles.facts}>
        <Fact icon={<KeyRound aria-hidden size={20} />} name={t('setup.safe_password')}>
          {t('setup.safe_password_help')}
        </Fact>
        <Fact icon={<HardDrive aria-hidden size={20} />} name={t('setup.safe_folder')}>
          {t('setup.safe_folder_help')}
        </Fact>
        <Fact icon={<Moon aria-hidden size={20} />} name={t('setup.safe_running')}>
          {t('setup.safe_running_help')}
        </Fact>
      </ul>
      {failure === null ? null : (
        <FailureNotice
          failure={failure}
          meaning={t('setup.kept')}
          act={{ label: t('act.try_again'), onPress: () => void onMake(), isBusy }}
        />
      )}
    </StepForm>
  )
}

interface FactProps {
  readonly icon: ReactNode
  readonly name: string
  readonly children: ReactNode
}

function Fact({ icon, name, children }: FactProps) {
  return (
    <li className={styles.fact}>
      {icon}
      <div>
        <h2>{name}</h2>
        <p className={styles.note}>{children}</p>
      </div>
    </li>
  )
}
