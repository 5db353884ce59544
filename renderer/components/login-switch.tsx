/** Whether the desktop app starts with the computer: shows what the system says, not what was asked of it. */
import { useEffect, useState } from 'react'
import type { LoginChoice } from '../../server/contracts/desktop-bridge.ts'
import { Switch } from './switch.tsx'
import styles from './switch.module.css'

interface LoginSwitchProps {
  readonly login: LoginChoice
  readonly label: string
  /** Said when the system does not let itself be told. */
  readonly refused: string
}

export function LoginSwitch({ login, label, refused }: LoginSwitchProps) {
  const [isOn, setOn] = useState<boolean | null>(null)
  const [isRefused, setRefused] = useState(false)
  useEffect(() => {
    login.isOn().then(setOn, () => setRefused(true))
  }, [login])
  const change = async (wanted: boolean): Promise<void> => {
    try {
      await login.setOn(wanted)
      setRefused(false)
    } catch {
      setRefused(true) // the words say so; the switch goes back to what is
    }
    setOn(await login.isOn().catch(() => false))
  }
  return (
    <>
      <Switch
        label={label}
        isOn={isOn === true}
        isDisabled={isOn === null}
        onChange={(wanted) => void change(wanted)}
      />
      <p role="alert" className={styles.flaw}>
        {isRefused ? refused : null}
      </p>
    </>
  )
}
