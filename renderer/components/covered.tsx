/** Stands in the place of what the reader may not want to see: says why, and opens it. */
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import styles from './covered.module.css'

interface CoveredProps {
  readonly icon: LucideIcon
  readonly children: ReactNode
  readonly act?: string
  readonly isOpen?: boolean
  readonly onToggle?: () => void
}

export function Covered({ icon: Icon, children, act, isOpen, onToggle }: CoveredProps) {
  return (
    <div className={styles.covered}>
      <Icon aria-hidden size={18} strokeWidth={1.75} className={styles.icon} />
      <p dir="auto" className={styles.words}>
        {children}
      </p>
      {act === undefined || onToggle === undefined ? null : (
        <Button onPress={onToggle} {...(isOpen === undefined ? {} : { isPressed: isOpen })}>
          {act}
        </Button>
      )}
    </div>
  )
}
