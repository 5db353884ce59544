/**
 * What comes from outside of the page: the desktop shell's commands, and links of other programs. Nothing vouches for a
 * link: the person is asked before the home looks it up, which tells another server of it.
 */
import { useEffect, useEffectEvent, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { latePart } from '../components/late-part.tsx'
import { addressOfLink } from '../formatting/link-address.ts'
import { useServices } from '../hooks/use-services.ts'
import type { Command } from '../keys/keymap.ts'
import { findDesktopBridge } from '../stores/desktop-shell.ts'
import { readCommand } from '../stores/window-commands.ts'
import { watchWriting } from '../stores/writing-watch.ts'
import { ROUTES } from './routes.ts'

const LinkQuestion = latePart(async () => (await import('./link-question.tsx')).LinkQuestion, {
  words: 'desktop',
  isOverlay: true,
})

export function OutsideAsks() {
  const services = useServices()
  const [, navigate] = useLocation()
  const [link, ask] = useState<string | null>(null)
  const turnTo = (act: () => void): void => {
    // What is asked for from outside is not hidden by what lies over the page.
    services.postSheet.set(null)
    services.ask.close()
    act()
  }
  const press = (command: Command): void => turnTo(() => void services.commands.dispatch(command))
  const obey = useEffectEvent((raw: unknown) => {
    const command = readCommand(raw)
    switch (command?.kind) {
      case undefined:
        return undefined
      case 'open':
        return turnTo(() => navigate(command.path))
      case 'new_post':
        return press('write')
      case 'find':
        return press('search')
      case 'back':
        return window.history.back()
      case 'forward':
        return window.history.forward()
      case 'link':
        return turnTo(() => ask(command.address))
    }
  })
  useEffect(() => findDesktopBridge(window)?.onCommand((command) => obey(command)), [])
  useEffect(() => {
    const bridge = findDesktopBridge(window)
    return bridge === null ? undefined : watchWriting(services, (isWriting) => bridge.setWriting(isWriting))
  }, [services])
  useLinkOfAddress(ask)
  if (link === null) return null
  return <LinkQuestion key={link} address={addressOfLink(link)} link={link} onClose={() => ask(null)} />
}

/** A browser that was told to bring such links here opens the search with one. */
function useLinkOfAddress(ask: (link: string) => void): void {
  const [path, navigate] = useLocation()
  const [parameters] = useSearchParams()
  const link = path === ROUTES.search ? parameters.get('link') : null
  const take = useEffectEvent((found: string) => {
    navigate(ROUTES.search, { replace: true })
    ask(found)
  })
  useEffect(() => {
    if (link !== null) take(link)
  }, [link])
}
