/**
 * The two ways in which a person works a window: with a mouse, or with the keyboard alone. A task is written once and
 * done by both hands. Each hand is watched in the page: a pointer in the keyboard's task, or a key outside a field in
 * the mouse's, is a stray and fails the task.
 */
import type { BrowserContext, ElementHandle, Locator, Page } from 'playwright-core'
import { BINDING, NEXT_KEY, REPORT_TO_KEYS, REPORT_TO_MOUSE, focusNow, nextKey } from './hands-in-page.ts'
import { until } from './until.ts'
import { wheelTo } from './wheel.ts'

export type HandKind = 'mouse' | 'keys'

export interface GivenFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

export interface Hand {
  readonly kind: HandKind
  readonly page: Page
  /** What happened in the page that this hand does not do, and how often it did what it does. */
  readonly watch: Watch
  /** Goes to a button, link, tab, box or entry of a menu and presses it. */
  press(target: Locator): Promise<void>
  /** Opens a menu or a list of choices and takes one. */
  pick(opener: Locator, choice: Locator): Promise<void>
  /** Goes to a field and writes instead of what stands there. */
  write(field: Locator, words: string): Promise<void>
  /** As `write`, then Enter in the field. */
  enter(field: Locator, words: string): Promise<void>
  /** Presses a button that asks for a file, and gives it one. */
  give(button: Locator, file: GivenFile): Promise<void>
  /** A deed on a post: its button by mouse, its letter once it is chosen with j by keyboard. */
  act(post: Locator, button: string | RegExp, letter: string): Promise<void>
  /** Opens a post: a press on its words by mouse, Enter by keyboard. */
  open(post: Locator, words: string): Promise<void>
  /** To a page of the navigation: its link by mouse, g and a letter by keyboard. */
  go(link: Locator, letter: string): Promise<void>
  /** What has a button for the one hand and a key for the other. */
  either(button: Locator, key: string): Promise<void>
  /** Puts files into the clipboard and pastes them where the field is. */
  paste(field: Locator, files: readonly GivenFile[]): Promise<void>
  /** Reads on until the post is in sight. */
  readTo(post: Locator): Promise<void>
  /** Strikes the key that the window asks for. */
  strike(key: string): Promise<void>
  /** Moves a slider by steps to the right. */
  slide(slider: Locator, steps: number): Promise<void>
}

export interface Watch {
  readonly strays: string[]
  deeds: number
}

/** More than there are stops in a timeline of forty posts. */
const MOST_PRESSES = 400
/** A key that leads nowhere, at the end of a list, is pressed once more. */
const FOCUS_GIVE_UP_MS = 5_000

/** As it is drawn now; the window may draw it anew. */
async function handleOf(target: Locator): Promise<ElementHandle> {
  const held = await target.elementHandle()
  if (held === null) throw new Error(`${String(target)} is not on the page`)
  return held
}

/** To be called before the page opens anything. */
export async function watchedHand(kind: HandKind, page: Page, context: BrowserContext): Promise<Hand> {
  const watch = { strays: [] as string[], deeds: 0 }
  await context.exposeBinding(BINDING, (_, deed: string, isStray: boolean) => {
    if (isStray) watch.strays.push(deed)
    else watch.deeds += 1
  })
  await context.addInitScript(kind === 'keys' ? REPORT_TO_KEYS + NEXT_KEY : REPORT_TO_MOUSE)
  return kind === 'keys' ? new KeysHand(page, watch) : new MouseHand(page, watch)
}

/** As another program does from which somebody copied a picture. */
async function copyFiles(page: Page, files: readonly GivenFile[]): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const pictures = files.map(({ mimeType, buffer }) => ({ mimeType, base64: buffer.toString('base64') }))
  await page.evaluate(`navigator.clipboard.write(${JSON.stringify(pictures)}.map(({ mimeType, base64 }) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    return new ClipboardItem({ [mimeType]: new Blob([bytes], { type: mimeType }) })
  }))`)
}

class MouseHand implements Hand {
  readonly kind = 'mouse'
  readonly page: Page
  readonly watch: Watch

  constructor(page: Page, watch: Watch) {
    this.page = page
    this.watch = watch
  }

  async press(target: Locator): Promise<void> {
    // A box or a radio button is hidden behind the picture in its label.
    const label = target.locator('xpath=self::input/ancestor::label[1]')
    await target.waitFor({ state: 'attached' })
    await ((await label.count()) === 1 ? label : target).click()
  }

  async pick(opener: Locator, choice: Locator): Promise<void> {
    await this.press(opener)
    await this.press(choice)
    await choice.waitFor({ state: 'detached' })
  }

  async write(field: Locator, words: string): Promise<void> {
    await field.click()
    await field.fill(words)
  }

  async enter(field: Locator, words: string): Promise<void> {
    await this.write(field, words)
    await this.page.keyboard.press('Enter')
  }

  async give(button: Locator, file: GivenFile): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser')
    await this.press(button)
    await (await choosing).setFiles(file)
  }

  async act(post: Locator, button: string | RegExp): Promise<void> {
    const named = post.getByRole('button', { name: button }).or(post.getByRole('link', { name: button }))
    await named.first().click()
  }

  async open(post: Locator, words: string): Promise<void> {
    await post.getByText(words).first().click()
  }

  async go(link: Locator): Promise<void> {
    await link.click()
  }

  async either(button: Locator): Promise<void> {
    await this.press(button)
  }

  async paste(field: Locator, files: readonly GivenFile[]): Promise<void> {
    await field.click()
    await copyFiles(this.page, files)
    await this.page.keyboard.press('Control+v')
  }

  async readTo(post: Locator): Promise<void> {
    await wheelTo(this.page, post, { from: 70, to: 600 })
    this.watch.deeds += 1
  }

  async strike(key: string): Promise<void> {
    const before = this.watch.strays.length
    await this.page.keyboard.press(key)
    this.watch.strays.length = before
  }

  async slide(slider: Locator, steps: number): Promise<void> {
    const track = slider.locator(TRACK)
    const { width, height } = await boxOf(track)
    const { min, max, step, now } = await sliderOf(slider)
    const share = (now + steps * step - min) / (max - min)
    // Wherever it stands by then: rows above it may have come meanwhile.
    await track.click({ position: { x: width * share, y: height / 2 } })
  }
}

/** The slider's field is in its knob, and the knob in the track. */
const TRACK = 'xpath=ancestor::div[3]'

async function boxOf(locator: Locator): Promise<{ width: number; height: number }> {
  const box = await locator.boundingBox()
  if (box === null) throw new Error(`${String(locator)} is not on the screen`)
  return box
}

interface SliderFacts {
  readonly min: number
  readonly max: number
  readonly step: number
  readonly now: number
}

async function sliderOf(slider: Locator): Promise<SliderFacts> {
  const numberOf = async (name: string): Promise<number> => Number(await slider.getAttribute(name))
  const [min, max, step] = [await numberOf('min'), await numberOf('max'), await numberOf('step')]
  return { min, max, step: step === 0 ? 1 : step, now: Number(await slider.inputValue()) }
}

class KeysHand implements Hand {
  readonly kind = 'keys'
  readonly page: Page
  readonly watch: Watch

  constructor(page: Page, watch: Watch) {
    this.page = page
    this.watch = watch
  }

  async press(target: Locator): Promise<void> {
    // What is busy takes no press, and may take no focus.
    await until(`${String(target)} takes a press`, async () => target.isEnabled())
    await this.#reach(target)
    const type = await target.getAttribute('type')
    // Arrows choose a radio button as they come to it.
    if (type === 'radio' && (await target.isChecked())) return
    await this.page.keyboard.press(type === 'radio' || type === 'checkbox' ? 'Space' : 'Enter')
  }

  async pick(opener: Locator, choice: Locator): Promise<void> {
    await this.press(opener)
    await this.press(choice)
    await choice.waitFor({ state: 'detached' })
  }

  async write(field: Locator, words: string): Promise<void> {
    await this.#reach(field)
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.press('Delete')
    await this.page.keyboard.type(words)
  }

  async enter(field: Locator, words: string): Promise<void> {
    await this.write(field, words)
    await this.page.keyboard.press('Enter')
  }

  async give(button: Locator, file: GivenFile): Promise<void> {
    const choosing = this.page.waitForEvent('filechooser')
    await this.press(button)
    await (await choosing).setFiles(file)
  }

  async act(post: Locator, _button: string | RegExp, letter: string): Promise<void> {
    await this.#reach(post)
    await this.page.keyboard.press(letter)
  }

  async open(post: Locator): Promise<void> {
    await this.act(post, '', 'Enter')
  }

  async go(_link: Locator, letter: string): Promise<void> {
    // Where somebody writes, Esc gives the letters back to the page.
    await this.page.keyboard.press('Escape')
    // Soon after each other, as fingers do it: whoever waits for the page between them may come too late.
    await Promise.all([this.page.keyboard.press('g'), this.page.keyboard.press(letter)])
  }

  async either(_button: Locator, key: string): Promise<void> {
    await this.page.keyboard.press(key)
  }

  async paste(field: Locator, files: readonly GivenFile[]): Promise<void> {
    await this.#reach(field)
    await copyFiles(this.page, files)
    await this.page.keyboard.press('Control+v')
  }

  async readTo(post: Locator): Promise<void> {
    const isThere = async (): Promise<boolean> =>
      (await post.count()) > 0 && (await nextKey(post.first()))?.key === ''
    for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one key after the other
      if (await isThere()) return
      // oxlint-disable-next-line no-await-in-loop -- see above
      const from = await focusNow(this.page)
      // oxlint-disable-next-line no-await-in-loop -- see above
      await this.page.keyboard.press('j')
      // oxlint-disable-next-line no-await-in-loop -- whoever goes on before the list has followed goes past it
      await this.#moved(from)
    }
    throw new Error(`${String(post)} is not reached; ${await this.#whereabouts()}`)
  }

  async strike(key: string): Promise<void> {
    await this.page.keyboard.press(key)
  }

  async slide(slider: Locator, steps: number): Promise<void> {
    await this.#reach(slider)
    for (let step = 0; step < steps; step += 1) await this.page.keyboard.press('ArrowRight')
  }

  /** Moves the focus as a person does who has no mouse: Tab, arrows in what has arrows, j and k to a post. */
  async #reach(target: Locator): Promise<void> {
    // Held in hand: to look for it by its role before each key costs more than the key.
    let held = await handleOf(target)
    let turns = 0
    let last = ''
    for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
      const step = await nextKey(held)
      if (step === null) {
        held = await handleOf(target)
        continue
      }
      if (step.key === '') return
      const isTurn =
        (last === 'Tab' && step.key === 'Shift+Tab') || (last === 'Shift+Tab' && step.key === 'Tab')
      if (isTurn) turns += 1
      // What is passed over in one direction twice is gone round the other way.
      last = isTurn && turns > 2 ? last : step.key
      await this.page.keyboard.press(last)
      if (WAITS.has(last)) await this.#moved(step.focus)
    }
    throw new Error(`the keyboard does not reach ${String(target)}; ${await this.#whereabouts()}`)
  }

  /** Lists give the focus with their next drawing. */
  async #moved(from: string): Promise<void> {
    const moved = async (): Promise<boolean> => (await focusNow(this.page)) !== from
    await until('the focus moves', moved, FOCUS_GIVE_UP_MS).catch(() => undefined)
  }

  async #whereabouts(): Promise<string> {
    const html = await this.page.evaluate<string>('document.activeElement?.outerHTML.slice(0, 200) ?? ""')
    return `the focus is on ${html}`
  }
}

const WAITS: ReadonlySet<string> = new Set([
  'j',
  'k',
  'F6',
  'ArrowDown',
  'ArrowUp',
  'ArrowRight',
  'ArrowLeft',
])
