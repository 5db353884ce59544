/** One entry of a menu. */
import type { LucideIcon } from 'lucide-react'

export interface MenuAct {
  readonly id: string
  readonly icon: LucideIcon
  readonly label: string
  readonly isDangerous?: boolean
  /** A line stands above it. */
  readonly beginsGroup?: boolean
  readonly onPress: () => void
}
