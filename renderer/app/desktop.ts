/** Shows notifications on this computer while the window is open in a browser and somebody looks elsewhere. */
import { useEffect, useEffectEvent } from 'react'
import type { Notification as Told } from '../../server/contracts/notification.ts'
import { ownPath } from '../api/own-path.ts'
import { textOfHtml } from '../components/sanitize.ts'
import { useServices } from '../hooks/use-services.ts'
import { useText } from '../hooks/use-text.ts'
import type { Text } from '../i18n/i18n.ts'
import { loadWords } from '../i18n/words.ts'
import { findDesktopBridge } from '../stores/desktop-shell.ts'
import { type DesktopNotice, desktopNoticeOf, wordOfKind } from '../stores/desktop-notices.ts'

export function useDesktopNotices(): void {
  const t = useText()
  const { live, preferences } = useServices()
  const tell = useEffectEvent((one: Told) => {
    if (document.hasFocus() || !('Notification' in window) || Notification.permission !== 'granted') return
    const notice = desktopNoticeOf(one, preferences.get(), textOfHtml)
    // Without the words or the worker nothing is shown; it stands in the list all the same.
    if (notice !== null) show(notice, t).catch(() => undefined)
  })
  useEffect(() => {
    // The desktop app tells of them itself, also while its window is closed.
    if (findDesktopBridge(window) !== null) return undefined
    return live.on('notification', (one) => tell(one))
  }, [live])
}

/** By the worker, so that a push of the same and another window do not show it twice, and a press opens its page. */
async function show({ id, type, name, body, icon }: DesktopNotice, t: Text): Promise<void> {
  const worker = await navigator.serviceWorker.getRegistration()
  await loadWords('push')
  const title =
    name === null ? t('desktop.private') : t(`desktop.${wordOfKind(type)}`, { name: `\u2068${name}\u2069` })
  await worker?.showNotification(title, {
    body,
    lang: t.locale,
    dir: 'auto',
    tag: id,
    badge: '/icons/badge-96.png',
    icon: ownPath(icon) ?? '/icons/homebird-192.png',
    data: { id, type },
  })
}
