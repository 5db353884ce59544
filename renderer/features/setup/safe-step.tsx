/** Step 4: the sheet that brings one back in, and what keeps the home safe, told as it is; then all is made at once. */
import { Archive, FileText, KeyRound, LogIn, Moon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import { ShellSwitch } from '../../components/shell-switch.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { RecoverySheet, useRecoveryFacts } from '../../components/recovery-sheet.tsx'
import { TextField } from '../../components/text-field.tsx'
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

export function SafeStep(props: SafeStepProps) {
  const { onMake, onBack, isBusy, failure } = props
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
        <SheetFact {...props} />
        <BackupsFact {...props} />
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

function SheetFact({ answers, onChange }: Pick<StepProps, 'answers' | 'onChange'>) {
  const t = useText()
  const isSupervised = (useRecoveryFacts().data?.folder ?? null) !== null
  const { username, hasDomain, domain, recoveryCode, isCodeKept, backupFolder } = answers
  return (
    <Fact
      icon={<FileText aria-hidden size={20} />}
      name={t('setup.safe_sheet')}
      help={t(isSupervised ? 'setup.safe_sheet_help' : 'recovery.sheet_help')}
    >
      {isSupervised ? (
        <code className={styles.code} dir="ltr">
          {recoveryCode}
        </code>
      ) : null}
      <RecoverySheet
        username={username}
        domain={hasDomain ? bareDomain(domain) : null}
        anotherPlace={backupFolder.trim()}
        {...(isSupervised ? { code: recoveryCode, onKept: () => onChange({ isCodeKept: true }) } : {})}
      />
      {isSupervised ? (
        <p className={styles.note}>{t(isCodeKept ? 'setup.safe_code_counts' : 'setup.safe_code_waits')}</p>
      ) : null}
    </Fact>
  )
}

/** When, how long and where; what opens them elsewhere, and another disk to lie on. */
function BackupsFact({ answers, flaws, onChange }: Pick<StepProps, 'answers' | 'flaws' | 'onChange'>) {
  const t = useText()
  const facts = useRecoveryFacts().data
  if ((facts?.folder ?? null) === null) return null
  const backups = facts?.backups ?? null
  const { passphrase, backupFolder } = answers
  const flawOf = (field: 'passphrase' | 'backupFolder'): string | null => {
    const flaw = flaws[field]
    return flaw === undefined ? null : t(`flaw.${flaw}`)
  }
  return (
    <Fact
      icon={<Archive aria-hidden size={20} />}
      name={t('setup.safe_backups')}
      help={
        backups === null || backups.at === 'never'
          ? t('setup.safe_backups_by_hand')
          : t('setup.safe_backups_help', { time: backups.at, days: backups.keepDays })
      }
    >
      {backups?.places.map((place) => (
        <p key={place} className={styles.note}>
          <bdi dir="ltr">{place}</bdi>
        </p>
      ))}
      {backups?.canAddPlace !== false || backupFolder !== '' ? (
        <TextField
          kind="domain"
          label={t('setup.safe_place')}
          help={t('setup.safe_place_help')}
          value={backupFolder}
          flaw={flawOf('backupFolder')}
          onChange={(folder) => onChange({ backupFolder: folder })}
        />
      ) : null}
      <TextField
        kind="new-password"
        label={t('setup.safe_passphrase')}
        help={t('setup.safe_passphrase_help')}
        value={passphrase}
        flaw={flawOf('passphrase')}
        onChange={(words) => onChange({ passphrase: words })}
      />
    </Fact>
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
