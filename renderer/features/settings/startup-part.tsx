/** What starts the home: the system at login where the desktop app can ask for it, else a command, told as it is. */
import { Command } from '../../components/command.tsx'
import { LoginSwitch } from '../../components/login-switch.tsx'
import { useText } from '../../hooks/use-text.ts'
import { findDesktopBridge } from '../../stores/desktop-shell.ts'
import styles from './parts.module.css'

/** Typed where the home runs; the same in every language. */
const COMMAND = 'homebird serve'

export function StartupPart() {
  const t = useText()
  const login = findDesktopBridge(window)?.login ?? null
  return (
    <div className={styles.stack}>
      {login === null ? (
        <p>
          {t('startup_part.command')} <Command text={COMMAND} />
        </p>
      ) : (
        <LoginSwitch login={login} label={t('startup_part.login')} refused={t('startup_part.refused')} />
      )}
      <p className={styles.note}>{t(login === null ? 'startup_part.service' : 'startup_part.goes_on')}</p>
    </div>
  )
}
