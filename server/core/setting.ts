/** What a setting is: variable, type, default, help. */
import type { SettingType } from './setting-types.ts'

export interface Setting<T> {
  /** The variable that holds it; the first name wins over the aliases that follow. */
  readonly env: string
  readonly aliases?: readonly string[]
  readonly type: SettingType<T>
  /** As it would be written in the variable. */
  readonly fallback: string
  readonly help: string
  /** Never shown, logged or written in clear. */
  readonly secret?: boolean
}

export const setting = <T>(definition: Setting<T>): Setting<T> => definition
