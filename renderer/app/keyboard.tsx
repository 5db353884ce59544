/** Listens to the keyboard for the whole window and shows the legend of its keys. */
import { Suspense, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { useCommands } from '../hooks/use-commands.ts'
import { useServices } from '../hooks/use-services.ts'
import { type Command, KeyReader } from '../keys/keymap.ts'
import { lazyPage } from './lazy-page.tsx'
import { ROUTES } from './routes.ts'

const Legend = lazyPage('keys', async () => (await import('./legend.tsx')).Legend)

/** Commands that lead to a page, when nothing on the present one answers them. */
const PAGES: Partial<Readonly<Record<Command, string>>> = {
  go_home: ROUTES.home,
  go_you: ROUTES.you,
  write: ROUTES.write,
  search: ROUTES.search,
}

export function KeyboardKeys() {
  const { commands } = useServices()
  const [isLegendOpen, setLegendOpen] = useState(false)
  const [, navigate] = useLocation()
  useEffect(() => {
    const reader = new KeyReader(() => performance.now())
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isInOverlay(event.target)) return
      const command = reader.read({
        key: event.key,
        ctrlKey: event.ctrlKey,
        metaKey: event.metaKey,
        altKey: event.altKey,
        isTyping: isTyping(event.target),
      })
      if (command !== null && commands.dispatch(command)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [commands])
  useCommands((command) => {
    const path = PAGES[command]
    if (path !== undefined) {
      navigate(path)
      return true
    }
    if (command === 'legend') setLegendOpen(true)
    return command === 'legend' || (command === 'close' && leaveField())
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

/** Menus and dialogs have keys of their own. */
function isInOverlay(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('[role="dialog"], [role="menu"]') !== null
}

/** Esc gives the letters back to the page. */
function leaveField(): boolean {
  const { activeElement } = document
  if (!isTyping(activeElement) || !(activeElement instanceof HTMLElement)) return false
  activeElement.blur()
  return true
}
