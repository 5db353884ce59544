/** A choice that the desktop app keeps, or the system for it: shows what is so there, not what was asked of it. */
import { useEffect, useState } from 'react'
import type { Choice } from '../../server/contracts/desktop-bridge.ts'
import { Switch } from './switch.tsx'
import styles from './switch.module.css'

interface ShellSwitchProps {
  readonly choice: Choice
  readonly label: string
  readonly help?: string
  /** Said when the system does not let itself be told. */
  readonly refused: string
}

export function ShellSwitch({ choice, label, help, refused }: ShellSwitchProps) {
  const [isOn, setOn] = useState<boolean | null>(null)
  const [isRefused, setRefused] = useState(false)
  useEffect(() => {
    choice.isOn().then(setOn, () => setRefused(true))
  }, [choice])
  const change = async (wanted: boolean): Promise<void> => {
    try {
      await choice.setOn(wanted)
      setRefused(false)
    } catch {
      setRefused(true) // the words say so; the switch goes back to what is
    }
    setOn(await choice.isOn().catch(() => false))
  }
  return (
    <>
      <Switch
        label={label}
        {...(help === undefined ? {} : { help })}
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
