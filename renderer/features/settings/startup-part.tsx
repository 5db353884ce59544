/** What starts the home: the system at login where the desktop app can ask for it, else a command, told as it is. */
import { Command } from '../../components/command.tsx'
import { ShellSwitch } from '../../components/shell-switch.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import styles from './parts.module.css'

/** Typed where the home runs; the same in every language. */
const COMMAND = 'homebird serve'
const SERVICE = 'homebird service install'

export function StartupPart() {
  const t = useText()
  const bridge = findDesktopBridge(window)
  if (bridge === null) {
    return (
      <div className={styles.stack}>
        <p>
          {t('startup_part.command')} <Command text={COMMAND} />
        </p>
        <p>
          {t('startup_part.service')} <Command text={SERVICE} />
        </p>
      </div>
    )
  }
  if (bridge.login === null) return <p className={styles.note}>{t('startup_part.no_login')}</p>
  return (
    <ShellSwitch choice={bridge.login} label={t('startup_part.login')} refused={t('startup_part.refused')} />
  )
}

/** What the closing of the window means. Only in the desktop app. */
export function KeepsRunningPart() {
  const t = useText()
  const bridge = findDesktopBridge(window)
  if (bridge === null) return null
  return (
    <ShellSwitch
      choice={bridge.keepsRunning}
      label={t('startup_part.keeps')}
      refused={t('startup_part.keeps_refused')}
    />
  )
}
