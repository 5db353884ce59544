/** How many notifications are new; asked again when the window is looked at, since other devices read too. */
import { useEffect } from 'react'
import { useObservable } from './use-observable.ts'
import { useServices } from './use-services.ts'

const ASK_EVERY_MS = 60_000

export function useUnreadNotifications(): number {
  const { notifications } = useServices()
  useEffect(() => {
    const ask = (): void => {
      if (document.visibilityState === 'visible') void notifications.refresh()
    }
    ask()
    const timer = setInterval(ask, ASK_EVERY_MS)
    document.addEventListener('visibilitychange', ask)
    window.addEventListener('focus', ask)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', ask)
      window.removeEventListener('focus', ask)
    }
  }, [notifications])
  return useObservable(notifications.unread)
}
