/** What the owner prefers, for what is drawn by it. */
import type { Preferences } from '../../server/contracts/preferences.ts'
import { useObservable } from './use-observable.ts'
import { useServices } from './use-services.ts'

export function usePreferences(): Preferences {
  return useObservable(useServices().preferences)
}
