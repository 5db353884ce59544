/**
 * What happens between two pages: the window is called as the page is, the focus goes to its heading, and Back finds the
 * place where one was. A thread that opens beside the page leaves all of it alone but the name. Lists that keep their own
 * place do so afterwards.
 */
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useUnreadNotifications } from '../hooks/use-unread-notifications.ts'
import { useText } from '../hooks/use-text.ts'
import { THREAD_COLUMN } from '../keys/focused-column.ts'

const FIELDS = 'input, textarea, select, [contenteditable="true"], [role="dialog"] *'
/** A page that is still fetched grows for a while; after this many frames it is left where it is. */
const MOST_FRAMES = 90

/** @param step  names the step of the history: a page that changes within one does so by the width of the window */
export function usePageTurn(step: string): void {
  const [path] = useLocation()
  const place = `${path}?${useSearch()}`
  useTitle()
  useScrollPlaces(place, step)
  useHeadingFocus(path, step)
}

/** `(3) Notifications · Homebird`, as the heading of the page says it. */
function useTitle(): void {
  const t = useText()
  const unread = useUnreadNotifications()
  const [heading, setHeading] = useState('')
  const title = heading === '' ? t('app.name') : `${heading} · ${t('app.name')}`
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title}` : title
  }, [title, unread])
  useEffect(() => {
    const columns = document.querySelector('main')?.parentElement ?? null
    if (columns === null) return undefined
    let frame = 0
    const observer = new MutationObserver(() => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() =>
        setHeading(document.querySelector(HEADINGS.find(isThere) ?? 'main h1')?.textContent.trim() ?? ''),
      )
    })
    observer.observe(columns, { childList: true, subtree: true, characterData: true })
    return () => {
      observer.disconnect()
      cancelAnimationFrame(frame)
    }
  }, [])
}

/** Of the thread beside the page, whose address it is, before that of the page. */
const HEADINGS = [`${THREAD_COLUMN} h2`, 'main h1']
const isThere = (selector: string): boolean => document.querySelector(selector) !== null

/** A new page begins at its top; Back and Forward find the place again, and so does a window that is made wider or narrower. */
function useScrollPlaces(place: string, step: string): void {
  const places = useRef(new Map<string, number>())
  const isBack = useRef(false)
  const current = useRef(place)
  const lastStep = useRef(step)
  useEffect(() => {
    const onPop = (): void => void (isBack.current = true)
    const onScroll = (): void => void places.current.set(current.current, window.scrollY)
    window.addEventListener('popstate', onPop, { capture: true })
    window.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      window.removeEventListener('popstate', onPop, { capture: true })
      window.removeEventListener('scroll', onScroll)
    }
  }, [])
  useLayoutEffect(() => {
    const isKnown = isBack.current || lastStep.current === step
    isBack.current = false
    lastStep.current = step
    if (current.current === place) return undefined
    current.current = place
    return scrollWhenPossible(isKnown ? (places.current.get(place) ?? 0) : 0)
  }, [place, step])
}

/** @returns what gives it up; a hand on the wheel does as well */
function scrollWhenPossible(wanted: number): () => void {
  let frames = 0
  let frame = 0
  const stop = (): void => {
    cancelAnimationFrame(frame)
    for (const hand of HANDS) window.removeEventListener(hand, stop)
  }
  const go = (): void => {
    frames += 1
    const reach = document.documentElement.scrollHeight - window.innerHeight
    window.scrollTo(0, Math.min(wanted, Math.max(0, reach)))
    if (reach >= wanted || frames >= MOST_FRAMES) stop()
    else frame = requestAnimationFrame(go)
  }
  for (const hand of HANDS) window.addEventListener(hand, stop, { passive: true, once: true })
  go()
  return stop
}

const HANDS = ['wheel', 'touchstart', 'keydown', 'pointerdown'] as const

/** Who hears the page begins with its heading, as soon as there is one. Who writes goes on writing. */
function useHeadingFocus(path: string, step: string): void {
  const last = useRef(path)
  const lastStep = useRef(step)
  const isByWidth = useEffectEvent(() => lastStep.current === step)
  useEffect(() => {
    if (last.current === path) return undefined
    last.current = path
    // Whose window became wider or narrower goes on where they are, if that is still there.
    if (isByWidth() && document.activeElement !== document.body) return undefined
    // The address names a place in the page, which has the focus itself.
    if (window.location.hash !== '') return undefined
    let frames = 0
    let frame = 0
    const look = (): void => {
      frames += 1
      const heading = document.querySelector<HTMLElement>('main h1')
      if (heading === null && frames < MOST_FRAMES) frame = requestAnimationFrame(look)
      if (heading === null || document.activeElement?.matches(FIELDS) === true) return
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    }
    frame = requestAnimationFrame(look)
    return () => cancelAnimationFrame(frame)
  }, [path])
  // After it was compared.
  useEffect(() => void (lastStep.current = step), [step])
}
