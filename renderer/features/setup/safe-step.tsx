/** Step 4: the sheet that brings one back in, and what keeps the home safe, told as it is; then all is made at once. */
import { FileText, HardDrive, KeyRound, LogIn, Moon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import { ShellSwitch } from '../../components/shell-switch.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RecoverySheet } from '../../components/recovery-sheet.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import { bareDomain } from './field-flaws.ts'
import type { StepProps } from './step-props.ts'
import styles from './setup.module.css'
import { StepForm } from './step-form.tsx'

interface SafeStepProps extends StepProps {
  readonly onMake: () => Promise<void>
  readonly isBusy: boolean
  readonly failure: ApiFailure | null
}

export function SafeStep({ answers, onMake, onBack, isBusy, failure }: SafeStepProps) {
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
        <Fact
          icon={<FileText aria-hidden size={20} />}
          name={t('setup.safe_sheet')}
          help={t('setup.safe_sheet_help')}
        >
          <RecoverySheet
            username={answers.username}
            domain={answers.hasDomain ? bareDomain(answers.domain) : null}
          />
        </Fact>
        <ToldFacts />
        <ShellFact />
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

/** What is so already, and needs no act. */
function ToldFacts() {
  const t = useText()
  return (
    <>
      <Fact
        icon={<KeyRound aria-hidden size={20} />}
        name={t('setup.safe_password')}
        help={t('setup.safe_password_help')}
      />
      <Fact
        icon={<HardDrive aria-hidden size={20} />}
        name={t('setup.safe_folder')}
        help={t('setup.safe_folder_help')}
      />
      <Fact
        icon={<Moon aria-hidden size={20} />}
        name={t('setup.safe_running')}
        help={t('setup.safe_running_help')}
      />
    </>
  )
}

/** In the desktop app: how it starts, and what the closing of its window means. */
function ShellFact() {
  const t = useText()
  const bridge = findDesktopBridge(window)
  if (bridge === null) return null
  const refused = t('setup.safe_login_refused')
  return (
    <Fact
      icon={<LogIn aria-hidden size={20} />}
      name={t('setup.safe_login')}
      help={t('setup.safe_login_help')}
    >
      {bridge.login === null ? null : (
        <ShellSwitch choice={bridge.login} label={t('setup.safe_login_act')} refused={refused} />
      )}
      <ShellSwitch choice={bridge.keepsRunning} label={t('setup.safe_keeps_act')} refused={refused} />
    </Fact>
  )
}

interface FactProps {
  readonly icon: ReactNode
  readonly name: string
  readonly help: string
  readonly children?: ReactNode
}

function Fact({ icon, name, help, children }: FactProps) {
  return (
    <li className={styles.fact}>
      {icon}
      <div className={styles.factWords}>
        <h2>{name}</h2>
        <p className={styles.note}>{help}</p>
        {children}
      </div>
    </li>
  )
}
