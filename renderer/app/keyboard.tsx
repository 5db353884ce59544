/** Listens to the keyboard for the whole window and shows the legend of its keys. */
import { useLayoutEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { latePart } from '../components/late-part.tsx'
import { useOwnAccount } from '../hooks/use-facts.ts'
import { useCommands } from '../hooks/use-commands.ts'
import { useServices } from '../hooks/use-services.ts'
import { KeyReader } from '../keys/key-reader.ts'
import type { Command } from '../keys/keymap.ts'
import { ROUTES, pathTo } from './routes.ts'
import { isTyping } from '../keys/typing.ts'

const Legend = latePart(async () => (await import('./legend.tsx')).Legend, { words: 'keys', isOverlay: true })

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
  // Before anybody sees the page: who strikes a key as soon as they do is heard.
  useLayoutEffect(() => {
    const reader = new KeyReader(() => keys.table())
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isInOverlay(event.target)) return
      const command = reader.read({
        atMs: event.timeStamp,
        key: event.key,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        shiftKey: event.shiftKey,
        isTyping: isTyping(event.target),
        isOnControl: isOnControl(event.target),
      })
      if (command === null || !commands.dispatch(command)) return
      event.preventDefault()
      if (isChord(event)) event.stopPropagation()
    }
    // A button takes Enter for itself, also with Ctrl: what has a modifier is read before the controls see it.
    const onChord = (event: KeyboardEvent): void => {
      if (isChord(event)) onKeyDown(event)
    }
    const onPlainKey = (event: KeyboardEvent): void => {
      if (!isChord(event)) onKeyDown(event)
    }
    window.addEventListener('keydown', onChord, { capture: true })
    window.addEventListener('keydown', onPlainKey)
    return () => {
      window.removeEventListener('keydown', onChord, { capture: true })
      window.removeEventListener('keydown', onPlainKey)
    }
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
  return <Legend onClose={() => setLegendOpen(false)} />
}

const isChord = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey

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
