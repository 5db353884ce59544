/**
 * The page of the start-up window. It shows what the shell tells and asks the shell for what the person wants; it has no words
 * and no knowledge of its own. Elements are made, never written as text: the policy of the page allows no other.
 */
import type {
  ActView,
  CopyView,
  FailureView,
  StartAct,
  StartBridge,
  StartView,
  StepMark,
  StepView,
} from '../../../server/contracts/start-bridge.ts'
import { byId, choice, element, sentenceOf } from './elements.ts'
import { askForBackup } from './restore-dialog.ts'

declare global {
  interface Window {
    readonly homebirdStart: StartBridge
  }
}

const bridge = window.homebirdStart
const TICK_MS = 1_000
const SHORT_MS = 10_000
let view: StartView | null = null
let shownFailure = ''
/** While one is under way no other is begun. */
let isActing = false

/* Marks: a shape for each state, so that colour is never the only sign. */

const SHAPES: Readonly<Record<StepMark, readonly (readonly [string, string])[]>> = {
  waiting: [['', 'M10 6.500a3.500 3.500 0 1 1 0 7a3.500 3.500 0 0 1 0-7']],
  doing: [
    ['track', 'M10 3a7 7 0 1 1 0 14a7 7 0 0 1 0-14'],
    ['arc', 'M10 3a7 7 0 0 1 7 7'],
  ],
  done: [['', 'M4 10.500l4 4l8-9']],
  failed: [['', 'M5 5l10 10M15 5l-10 10']],
}

function markOf(mark: StepMark): SVGSVGElement {
  const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  drawing.setAttribute('viewBox', '0 0 20 20')
  drawing.setAttribute('class', 'mark')
  drawing.setAttribute('aria-hidden', 'true')
  for (const [name, line] of SHAPES[mark]) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    path.setAttribute('d', line)
    if (name !== '') path.setAttribute('class', name)
    drawing.append(path)
  }
  return drawing
}

/* Steps */

function showSteps({ steps, locale }: StartView): void {
  const list = byId('steps')
  list.hidden = steps.length === 0
  const rows = steps.map((step) => stepRow(step, locale))
  list.replaceChildren(...rows)
  const current = steps.find(({ mark }) => mark === 'doing' || mark === 'failed')
  const said = current === undefined ? '' : `${current.label}: ${current.markWord}`
  if (byId('said').textContent !== said) byId('said').textContent = said
}

function stepRow(step: StepView, locale: string): HTMLLIElement {
  const { label, mark, markWord, bytes } = step
  const row = element(
    'li',
    { class: 'step' },
    markOf(mark),
    element('span', { text: label }, element('span', { class: 'only-heard', text: ` (${markWord})` })),
    element('span', { class: 'time', text: timeOf(step, locale) }),
  )
  row.dataset['mark'] = mark
  if (mark === 'doing' && bytes !== null && bytes.total > 0) {
    const bar = element('progress')
    bar.max = bytes.total
    bar.value = bytes.done
    bar.setAttribute('aria-label', label)
    row.append(bar)
  }
  return row
}

function timeOf({ startedAt, tookMs, bytes, mark }: StepView, locale: string): string {
  const ms = tookMs ?? (startedAt === null ? null : Date.now() - startedAt)
  // Under a second nothing is shown while it goes on.
  if (ms === null || (mark === 'doing' && ms < TICK_MS)) return ''
  const time = secondsText(ms, mark === 'doing', locale)
  if (mark !== 'doing' || bytes === null || bytes.total === 0) return time
  const share = new Intl.NumberFormat(locale, { style: 'percent' }).format(bytes.done / bytes.total)
  return `${share} · ${time}`
}

function secondsText(ms: number, isGoingOn: boolean, locale: string): string {
  const digits = ms < SHORT_MS && !isGoingOn ? 1 : 0
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(isGoingOn ? Math.floor(ms / 1_000) : ms / 1_000)
}

/* What failed */

function showFailure(now: StartView): void {
  const { failure } = now
  const place = byId('failure')
  const key = JSON.stringify(failure)
  if (key === shownFailure) return
  shownFailure = key
  place.hidden = failure === null
  if (failure === null) {
    place.replaceChildren()
    return
  }
  const first = actButton(failure.act, 'first')
  place.replaceChildren(
    element('h2', { text: failure.what }),
    element('p', { text: failure.means }),
    element('div', { class: 'acts' }, first),
    technicalPart(failure, now),
  )
  if (!isDialogOpen()) first.focus()
}

function technicalPart({ technical }: FailureView, { words }: StartView): HTMLDetailsElement {
  const line = element('pre', { text: technical })
  line.dir = 'ltr'
  line.lang = 'en'
  line.tabIndex = 0
  line.setAttribute('role', 'region')
  line.setAttribute('aria-label', words.technical)
  return element('details', {}, element('summary', { text: words.technical }), line)
}

/* Acts */

function actButton({ act, label }: ActView, kind = ''): HTMLButtonElement {
  const button = element('button', { class: kind, text: label })
  button.type = 'button'
  button.dataset['act'] = act
  button.addEventListener('click', () => void perform(act, button))
  return button
}

function showActs({ acts }: StartView): void {
  const place = byId('acts')
  const key = JSON.stringify(acts)
  // Made anew they would lose the focus.
  if (place.dataset['key'] === key) return
  place.dataset['key'] = key
  const focused =
    document.activeElement instanceof HTMLElement ? document.activeElement.dataset['act'] : undefined
  place.replaceChildren(...acts.map((act) => actButton(act, act.act === 'quit' ? 'last' : '')))
  if (focused !== undefined) place.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus()
}

const ACTS: Readonly<Record<Exclude<StartAct, 'takeBack' | 'restore'>, () => Promise<void>>> = {
  startAgain: async () => bridge.startAgain(),
  restartPart: async () => bridge.restartPart(),
  openLogs: async () => bridge.openLogs(),
  openFolder: async () => bridge.openFolder(),
  quit: async () => bridge.quit(),
  cancelRestore: async () => bridge.cancelRestore(),
}

async function perform(act: StartAct, button: HTMLButtonElement): Promise<void> {
  if (isActing) return
  isActing = true
  button.setAttribute('aria-disabled', 'true')
  tellRefusal(null)
  try {
    if (act === 'takeBack') await askForCopy()
    else if (act === 'restore') await askToRestore()
    else await ACTS[act]()
  } catch (error) {
    tellRefusal(error)
  } finally {
    button.removeAttribute('aria-disabled')
    isActing = false
  }
}

function tellRefusal(error: unknown): void {
  const place = byId('refused')
  place.hidden = error === null
  place.textContent = error === null ? '' : `${view?.words.failedAct ?? ''}: ${sentenceOf(error)}`
}

/* Taking a copy back: what will be replaced stands there first, and Cancel has the focus. */

const dialogPlace = (): HTMLDialogElement => byId('copies') as HTMLDialogElement
const isDialogOpen = (): boolean => dialogPlace().open

async function askForCopy(): Promise<void> {
  if (view === null) return
  const { words } = view
  const copies = await bridge.copies()
  const usable = copies.find(({ isUsable }) => isUsable)
  const title = element('h2', { text: words.copiesTitle })
  title.id = 'copies-title'
  const replaces = element('p', { class: 'replaces', text: usable?.replaces ?? words.noCopies })
  replaces.id = 'copies-replaces'
  const choices = element('fieldset', {}, ...copies.map((copy) => choiceOf(copy, copy === usable, replaces)))
  choices.setAttribute('aria-labelledby', title.id)
  const cancel = element('button', { text: usable === undefined ? words.close : words.cancel })
  cancel.value = ''
  const confirm = element('button', { class: 'danger', text: words.takeBack })
  confirm.hidden = usable === undefined
  const acts = element('div', { class: 'acts' }, cancel, confirm)
  const form = element('form', {}, title, choices, replaces, acts)
  form.method = 'dialog'
  confirm.addEventListener('click', () => {
    const chosen = new FormData(form).get('copy')
    confirm.value = typeof chosen === 'string' ? chosen : ''
  })
  const dialog = dialogPlace()
  dialog.setAttribute('aria-describedby', replaces.id)
  dialog.replaceChildren(form)
  dialog.returnValue = ''
  dialog.showModal()
  cancel.focus()
  await new Promise((closed) => dialog.addEventListener('close', closed, { once: true }))
  if (dialog.returnValue !== '') await bridge.takeBack(dialog.returnValue)
}

async function askToRestore(): Promise<void> {
  if (view === null) return
  const chosen = await askForBackup(dialogPlace(), bridge, view.words)
  if (chosen !== null) await bridge.restore(chosen.backup, chosen.words)
}

function choiceOf(
  { name, label, replaces, isUsable }: CopyView,
  isChosen: boolean,
  told: HTMLElement,
): HTMLLabelElement {
  const text = element('span', { text: label })
  const [row, input] = choice('copy', name, text)
  input.checked = isChosen
  input.disabled = !isUsable
  input.addEventListener('change', () => {
    told.textContent = replaces
  })
  if (!isUsable) text.append(element('br'), element('span', { text: replaces }))
  return row
}

/* What happened */

async function showJournal(): Promise<void> {
  if (view === null) return
  const { locale, words } = view
  const lines = await bridge.journal()
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium' })
  const rows = lines.toReversed().map(({ at, level, levelWord, part, message }) => {
    const time = element('time', { text: moment.format(new Date(at)) })
    time.dateTime = at
    const head = element('b', { text: level === 'info' ? `${part}: ` : `${levelWord}, ${part}: ` })
    const said = element('span', { text: message })
    said.dir = 'auto'
    const row = element('li', { class: 'line' }, time, element('span', {}, head, said))
    row.dataset['level'] = level
    return row
  })
  byId('lines').replaceChildren(...(rows.length === 0 ? [element('li', { text: words.noJournal })] : rows))
}

function refreshJournal(): void {
  if ((byId('journal') as HTMLDetailsElement).open) showJournal().catch(tellRefusal)
}

/* The whole page */

function show(next: StartView): void {
  view = next
  const { documentElement: page } = document
  page.lang = next.locale
  page.dir = next.direction
  document.title = next.title
  if (byId('title').textContent !== next.title) byId('title').textContent = next.title
  byId('lead').textContent = next.lead
  const [summary] = byId('journal').getElementsByTagName('summary')
  if (summary !== undefined) summary.textContent = next.words.journal
  const [main] = document.getElementsByTagName('main')
  if (main !== undefined) main.hidden = false
  showSteps(next)
  showFailure(next)
  showActs(next)
  refreshJournal()
}

byId('journal').addEventListener('toggle', refreshJournal)
byId('lines').tabIndex = 0
bridge.onView(show)
setInterval(() => {
  if (view !== null && view.steps.some(({ mark }) => mark === 'doing')) showSteps(view)
}, TICK_MS)
