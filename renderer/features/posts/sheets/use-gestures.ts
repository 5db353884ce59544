/** Wheel, one finger and two fingers on a picture, brought down to three wishes: zoom, move, turn the page. */
import { type RefObject, useEffect, useEffectEvent } from 'react'
import { type Point, swipeOf } from '../../../formatting/view-of-picture.ts'

export interface GestureTakers {
  /** Larger than its frame: one finger moves it instead of turning the page. */
  readonly isLarge: boolean
  readonly zoom: (factor: number, at: Point) => void
  readonly move: (by: Point) => void
  readonly turn: (way: 'left' | 'right' | 'down') => void
}

export function useGestures(stage: RefObject<HTMLElement | null>, takers: GestureTakers): void {
  const wheel = useEffectEvent((event: WheelEvent, element: HTMLElement) => {
    event.preventDefault()
    takers.zoom(Math.exp(-event.deltaY / 400), fromMiddle(element, event))
  })
  const double = useEffectEvent((event: MouseEvent, element: HTMLElement) =>
    takers.zoom(takers.isLarge ? 1 / 100 : 2.5, fromMiddle(element, event)),
  )
  const pointer = useEffectEvent((moved: Moved, element: HTMLElement) => {
    if (moved.kind === 'pinch') takers.zoom(moved.factor, fromMiddle(element, moved.at))
    else if (moved.kind === 'drag' && takers.isLarge) takers.move(moved.by)
    else if (moved.kind === 'end' && !takers.isLarge) {
      const way = swipeOf(moved.by)
      if (way !== null) takers.turn(way)
    }
  })
  useEffect(() => {
    const element = stage.current
    if (element === null) return undefined
    const quit = new AbortController()
    const { signal } = quit
    // Not passive: the page behind is not to scroll.
    element.addEventListener('wheel', (event) => wheel(event, element), { passive: false, signal })
    element.addEventListener('dblclick', (event) => double(event, element), { signal })
    followPointers(element, signal, (moved) => pointer(moved, element))
    return () => quit.abort()
  }, [stage])
}

type Moved =
  | { readonly kind: 'drag'; readonly by: Point }
  | { readonly kind: 'pinch'; readonly factor: number; readonly at: { clientX: number; clientY: number } }
  /** All fingers are up. @param by  the whole way of one that was alone; nothing after a pinch */
  | { readonly kind: 'end'; readonly by: Point }

function followPointers(element: HTMLElement, signal: AbortSignal, tell: (moved: Moved) => void): void {
  const down = new Map<number, Point>()
  let start: Point | null = null
  const begin = (event: PointerEvent): void => {
    if (event.button !== 0) return
    element.setPointerCapture(event.pointerId)
    down.set(event.pointerId, { x: event.clientX, y: event.clientY })
    start = down.size === 1 ? { x: event.clientX, y: event.clientY } : null
  }
  const move = (event: PointerEvent): void => {
    const before = down.get(event.pointerId)
    if (before === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1]
    if (other === undefined) tell({ kind: 'drag', by: { x: now.x - before.x, y: now.y - before.y } })
    else {
      const at = { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 }
      tell({ kind: 'pinch', factor: distance(now, other) / Math.max(1, distance(before, other)), at })
    }
    down.set(event.pointerId, now)
  }
  const end = (event: PointerEvent): void => {
    const last = down.get(event.pointerId)
    if (last === undefined || !down.delete(event.pointerId) || down.size > 0) return
    const by = start === null ? { x: 0, y: 0 } : { x: last.x - start.x, y: last.y - start.y }
    start = null
    if (event.type === 'pointerup') tell({ kind: 'end', by })
  }
  element.addEventListener('pointerdown', begin, { signal })
  element.addEventListener('pointermove', move, { signal })
  element.addEventListener('pointerup', end, { signal })
  element.addEventListener('pointercancel', end, { signal })
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function fromMiddle(
  element: HTMLElement,
  { clientX, clientY }: { readonly clientX: number; readonly clientY: number },
): Point {
  const { left, top, width, height } = element.getBoundingClientRect()
  return { x: clientX - left - width / 2, y: clientY - top - height / 2 }
}
