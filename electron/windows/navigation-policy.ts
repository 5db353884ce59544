/**
 * Where a window may go: to the pages of its own place, and nowhere else. Everything is refused unless it stands here, for every
 * contents that is ever made, in one handler.
 * @see security rules 90, 91
 */
import type { WebContents } from 'electron'
import type { ElectronParts } from '../electron-parts.ts'
import { type AppPlace, isForwarded, isWindowPath, parseAppAddress } from '../protocol/app-address.ts'
import { externalLinkOf } from './external-links.ts'

/** Null: contents that no window of ours holds. */
export type WindowRole = 'main' | 'start'

export type Verdict =
  | { readonly act: 'go' }
  /** To the browser of the person, by the one function that does. */
  | { readonly act: 'outside' }
  /** A file of the home: saved, not shown. */
  | { readonly act: 'save' }
  | { readonly act: 'stop' }

const PLACES: Readonly<Record<WindowRole, AppPlace>> = { main: 'homebird', start: 'start' }

export const placeOfRole = (role: WindowRole): AppPlace => PLACES[role]

/** @param address  whatever a page has asked for */
export function verdictOn(role: WindowRole | null, address: string): Verdict {
  if (role === null) return { act: 'stop' }
  const parsed = parseAppAddress(address)
  if (parsed !== null) {
    const { pathname } = parsed.url
    if (parsed.place !== PLACES[role]) return { act: 'stop' }
    if (role === 'start') return { act: pathname === '/' ? 'go' : 'stop' }
    if (isWindowPath(pathname)) return { act: 'go' }
    return { act: isForwarded(pathname) && !pathname.startsWith('/api/') ? 'save' : 'stop' }
  }
  return { act: role === 'main' && externalLinkOf(address).kind !== 'refused' ? 'outside' : 'stop' }
}

interface NavigationNeeds {
  readonly roleOf: (contentsId: number) => WindowRole | null
  readonly openOutside: (address: string) => Promise<void>
  /** Another window with that page. */
  readonly openPage: (address: string) => void
  /** For the journal. */
  readonly noticed: (message: string) => void
}

/** Holds as long as the app does. */
export function openNavigationPolicy({ app }: Pick<ElectronParts, 'app'>, needs: NavigationNeeds): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, needs))
  // Nothing that needs them is ever asked for; whatever asks all the same is told no.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault()
    answer(false)
  })
  app.on('select-client-certificate', (event, _contents, _url, _certificates, answer) => {
    event.preventDefault()
    answer()
  })
  app.on('login', (event, _contents, _details, _info, answer) => {
    event.preventDefault()
    answer()
  })
}

function guardContents(contents: WebContents, needs: NavigationNeeds): void {
  const judge = (address: string): Verdict => verdictOn(needs.roleOf(contents.id), address)
  const stop = (event: { preventDefault: () => void }, what: string): void => {
    event.preventDefault()
    needs.noticed(`a page was kept from ${what}`)
  }
  contents.setWindowOpenHandler(({ url }) => {
    const { act } = judge(url)
    if (act === 'go') needs.openPage(url)
    else if (act === 'outside') void needs.openOutside(url)
    else if (act === 'save') contents.downloadURL(url)
    else needs.noticed('a page was kept from opening a window')
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event) => {
    const { act } = judge(event.url)
    if (act === 'go') return
    if (act === 'outside') void needs.openOutside(event.url)
    if (act === 'save') contents.downloadURL(event.url)
    if (act === 'stop') stop(event, 'leaving its place')
    else event.preventDefault()
  })
  // No page of ours has frames.
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) stop(event, 'filling a frame')
  })
  contents.on('will-redirect', (event) => {
    if (!event.isMainFrame || judge(event.url).act !== 'go') stop(event, 'following a redirect')
  })
  contents.on('will-attach-webview', (event) => stop(event, 'embedding a page'))
  contents.on('select-bluetooth-device', (event, _devices, choose) => {
    stop(event, 'choosing a device')
    choose('')
  })
  // What was written is kept as it is written: no page holds a window open, or the home.
  contents.on('will-prevent-unload', (event) => event.preventDefault())
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}
