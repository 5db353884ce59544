/** Listens to the keyboard for the whole window and shows the legend of its keys. */
import { Suspense, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { useOwnAccount } from '../hooks/use-facts.ts'
import { useCommands } from '../hooks/use-commands.ts'
import { useServices } from '../hooks/use-services.ts'
import { KeyReader } from '../keys/key-reader.ts'
import type { Command } from '../keys/keymap.ts'
import { lazyPage } from './lazy-page.tsx'
import { ROUTES, pathTo } from './routes.ts'

const Legend = lazyPage('keys', async () => (await import('./legend.tsx')).Legend)

/** Commands that lead to a page, when nothing on the present one answers them. */
const PAGES: Partial<Readonly<Record<Command, string>>> = {
  go_home: ROUTES.home,
  go_notifications: ROUTES.notifications,
  go_mentions: ROUTES.mentions,
  go_local: ROUTES.local,
  go_federated: ROUTES.federated,
  go_favourites: ROUTES.favourites,
  go_bookmarks: ROUTES.bookmarks,
  go_settings: ROUTES.settings,
  write: ROUTES.write,
  search: ROUTES.search,
}

const OWN: ReadonlySet<Command> = new Set<Command>(['back', 'top', 'legend'])

export function KeyboardKeys() {
  const { commands, keys } = useServices()
  const { data: own } = useOwnAccount()
  const [isLegendOpen, setLegendOpen] = useState(false)
  const [, navigate] = useLocation()
  useEffect(() => {
    const reader = new KeyReader(
      () => performance.now(),
      () => keys.table(),
    )
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isInOverlay(event.target)) return
      const command = reader.read({
        key: event.key,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        isTyping: isTyping(event.target),
        isOnControl: isOnControl(event.target),
      })
      if (command !== null && commands.dispatch(command)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [commands, keys])
  useCommands((command) => {
    const path = PAGES[command]
    if (path !== undefined) {
      navigate(path)
      return true
    }
    if (command === 'go_you' && own !== undefined) navigate(pathTo('person', own.id))
    if (command === 'go_you') return true
    if (command === 'back') window.history.back()
    if (command === 'top') window.scrollTo(0, 0)
    if (command === 'legend') setLegendOpen(true)
    return OWN.has(command) || (command === 'close' && leaveField())
  })
  if (!isLegendOpen) return null
  return (
    <Suspense fallback={null}>
      <Legend onClose={() => setLegendOpen(false)} />
    </Suspense>
  )
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input, textarea, select')
}

/** What does something by itself when Enter is pressed on it. */
function isOnControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(CONTROLS) !== null
}

const CONTROLS =
  'a, button, input, textarea, select, summary, label, video, audio, [role="button"], [role="tab"]'

/** Menus, lists that open and dialogs have keys of their own. */
function isInOverlay(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(OVERLAYS) !== null
}

const OVERLAYS = '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]'

/** Esc gives the letters back to the page. */
function leaveField(): boolean {
  const { activeElement } = document
  if (!isTyping(activeElement) || !(activeElement instanceof HTMLElement)) return false
  activeElement.blur()
  return true
}
