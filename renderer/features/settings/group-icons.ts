/** A picture for each group of the settings, beside its name. */
import {
  Archive,
  Bell,
  BookOpen,
  Globe,
  HardDrive,
  Info,
  Keyboard,
  type LucideIcon,
  Palette,
  Power,
  RefreshCw,
  Shield,
  SlidersHorizontal,
  Smartphone,
  SquarePen,
  UserRound,
} from 'lucide-react'
import type { SettingGroup } from '../../stores/setting-rows.ts'

export const GROUP_ICONS: Readonly<Record<SettingGroup, LucideIcon>> = {
  profile: UserRound,
  posting: SquarePen,
  reading: BookOpen,
  notifications: Bell,
  appearance: Palette,
  keys: Keyboard,
  privacy: Shield,
  devices: Smartphone,
  address: Globe,
  storage: HardDrive,
  backups: Archive,
  updates: RefreshCw,
  startup: Power,
  advanced: SlidersHorizontal,
  about: Info,
}
