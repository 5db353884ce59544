/** What runs in the page for the two hands: they report what is really pressed, and find the key that leads to a place. */
import type { ElementHandle, Locator, Page } from 'playwright-core'

/** Called in the page with the deed and whether this hand does not do such things. */
export const BINDING = 'homebirdHandSeen'

const POINTER_EVENTS = `['pointerdown', 'mousedown', 'touchstart', 'wheel', 'dblclick', 'pointermove']`
const TYPED_IN = `'textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=button])'`

/** Real events only: the window itself presses its hidden file fields. */
export const REPORT_TO_KEYS = `
for (const name of ${POINTER_EVENTS}) addEventListener(name, (event) => {
  if (event.isTrusted) ${BINDING}(name + ' on ' + event.target?.nodeName, true)
}, true)
addEventListener('keydown', (event) => { if (event.isTrusted) ${BINDING}(event.key, false) }, true)
`

/** Words are typed by everybody; what moves, opens and presses is the mouse. */
export const REPORT_TO_MOUSE = `
addEventListener('pointerdown', (event) => { if (event.isTrusted) ${BINDING}('press', false) }, true)
addEventListener('keydown', (event) => {
  const isTyped = event.target instanceof Element && event.target.matches(${TYPED_IN})
  if (event.isTrusted && (!isTyped || event.key === 'Tab' || event.key === 'Escape')) {
    ${BINDING}(event.key + ' on ' + event.target?.nodeName, true)
  }
}, true)
`

export interface Step {
  /** To be pressed next; empty once the focus is there. */
  readonly key: string
  /** Tells one place of the focus from another. */
  readonly focus: string
}

/** What both kinds of a look at the page have: the one looks for the element again, the other has it in hand. */
type Seen = Pick<Locator, 'evaluate'> | Pick<ElementHandle, 'evaluate'>

/** The step from the focus towards an element, in a page that began with `NEXT_KEY`; null where it has left the page. */
export async function nextKey(target: Seen): Promise<Step | null> {
  return (target as Pick<Locator, 'evaluate'>).evaluate((one) =>
    (globalThis as unknown as { homebirdNextKey(element: unknown): Step | null }).homebirdNextKey(one),
  )
}

/** Tells where the focus is, as in a step. */
export async function focusNow(page: Page): Promise<string> {
  return page.evaluate<string>('homebirdFocusNow()')
}

/**
 * Runs in the page: the key that leads from the focus towards the target, '' once it is there. Lists that keep the focus
 * in their field name the entry that is meant.
 */
export const NEXT_KEY = `
globalThis.homebirdFocusNow = () => {
  const active = document.activeElement ?? document.body
  const place = active.getAttribute('aria-activedescendant') ?? active.id ?? ''
  const entry = active.closest('[data-entry-id]')
  return [place, entry?.dataset.entryId, active.dataset.key, active.textContent?.slice(0, 80)].join('|')
}
globalThis.homebirdNextKey = (target) => {
  if (!target.isConnected) return null
  const active = document.activeElement ?? document.body
  const meant = active.getAttribute('aria-activedescendant')
  const entry = active.closest('[data-entry-id]')
  const focus = homebirdFocusNow()
  const answer = (key) => ({ key, focus })
  if (active === target || (meant !== null && meant === target.id)) return answer('')
  const isAbove = (target.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
  const role = target.getAttribute('role') ?? ''
  if (role === 'option' || role.startsWith('menuitem')) {
    const from = meant === null ? active : document.getElementById(meant)
    const isBelow = (target.compareDocumentPosition(from) & Node.DOCUMENT_POSITION_PRECEDING) !== 0
    return answer(isBelow || from === null || meant !== null ? 'ArrowDown' : 'ArrowUp')
  }
  const tabs = target.closest('[role=tablist]')
  if (role === 'tab' && tabs?.contains(active)) return answer(isAbove ? 'ArrowLeft' : 'ArrowRight')
  if (target.closest('[role=toolbar]')?.contains(active)) return answer(isAbove ? 'ArrowLeft' : 'ArrowRight')
  if (target.type === 'radio' && active.type === 'radio' && active.name === target.name) {
    return answer(isAbove ? 'ArrowUp' : 'ArrowDown')
  }
  const goal = target.closest('[data-entry-id]')
  const columnOf = (element) => element.closest('[data-column]')
  if (goal !== null && columnOf(goal) !== columnOf(active)) return answer('F6')
  if (goal !== null && !goal.contains(active)) {
    if (active.matches('input, textarea')) return answer('Escape')
    const isPast = entry !== null && (goal.compareDocumentPosition(entry) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
    return answer(isPast ? 'k' : 'j')
  }
  return answer(isAbove && active !== document.body ? 'Shift+Tab' : 'Tab')
}`
