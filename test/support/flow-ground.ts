/** One home, one browser and another server beside them for all tasks of a file; each task has a window of its own. */
import assert from 'node:assert/strict'
import { type TestContext, after, before } from 'node:test'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { noBrowser } from './browser.ts'
import type { FakeActor } from './fake-peer.ts'
import { type Hand, type HandKind, watchedHand } from './hands.ts'
import type { HomeClient } from './home-client.ts'
import type { Json } from './http-client.ts'
import { until } from './until.ts'
import { type Task, type TaskFile, flowsOf } from './window-flows.ts'
import { WindowGround } from './window-ground.ts'
import type { WindowHomeOptions } from './window-home.ts'

export class FlowGround extends WindowGround {
  owner!: HomeClient
  ana!: FakeActor

  override async open(options: Partial<WindowHomeOptions>): Promise<void> {
    const env = { HOMEBIRD_INBOX_RATE: '0', HOMEBIRD_API_RATE: '0', ...options.env }
    await super.open({ ...options, env })
    this.owner = await this.home.owner()
    await this.owner.call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
    this.ana = this.home.peer.actor('ana', { document: { name: 'Ana Marić' } })
    await this.home.follows(this.ana)
    await this.signIn()
  }

  /** A window of a fresh profile that is signed in. */
  async window(
    t: TestContext,
    kind: HandKind,
    path: string,
    more: BrowserContextOptions = {},
  ): Promise<Stage> {
    const opened = await this.openPage(t, { reducedMotion: 'reduce', ...more })
    const hand = await watchedHand(kind, opened.page, opened.context)
    await opened.page.goto(`${this.home.origin}${path}`)
    await opened.page.getByRole('navigation').first().waitFor()
    return new Stage(this, hand, opened.problems)
  }

  /** The newest post of the home is the one that was read last, so that windows begin at the top. */
  async readsToTop(): Promise<void> {
    const [newest] = await this.owner.homeTimeline(1)
    if (newest === undefined) return
    await this.owner.call('POST', '/api/v1/markers', { home: { last_read_id: String(newest['id']) } })
  }
}

/** Pressed after g. */
const LETTERS = {
  Home: 'h',
  Notifications: 'n',
  'Private mentions': 'd',
  Bookmarks: 'b',
  Settings: 's',
} as const

/** What one task has in hand. */
export class Stage {
  readonly ground: FlowGround
  readonly hand: Hand
  readonly page: Page
  readonly problems: readonly string[]

  constructor(ground: FlowGround, hand: Hand, problems: readonly string[]) {
    this.ground = ground
    this.hand = hand
    this.page = hand.page
    this.problems = problems
  }

  /** Tells what this hand made from what the other one made. */
  get who(): string {
    return this.hand.kind
  }

  /** Words that no other task and not the other hand has. */
  own(words: string): string {
    return `${words} by ${this.hand.kind}`
  }

  post(words: string): Locator {
    return this.page.getByRole('article').filter({ hasText: words })
  }

  /** Beside the page that it was opened from, or a page itself. */
  get thread(): Locator {
    return this.page.getByRole('region', { name: 'Thread', exact: true })
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
  }

  get text(): Locator {
    return this.page.getByLabel('Text', { exact: true })
  }

  /** An entry of the menu of a post. */
  async choose(post: Locator, entry: string | RegExp): Promise<void> {
    await this.hand.pick(
      post.getByRole('button', { name: 'More about this post' }),
      this.page.getByRole(
        'menuitem',
        typeof entry === 'string' ? { name: entry, exact: true } : { name: entry },
      ),
    )
  }

  /** An own post with these words, once the home has it. */
  async published(words: string): Promise<Json> {
    return until(`"${words}" is a post`, async () =>
      (await this.ground.owner.homeTimeline()).find((post) => String(post['content']).includes(words)),
    )
  }

  /** To a page of the navigation. */
  async goTo(name: keyof typeof LETTERS): Promise<void> {
    const link = this.page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${name}`) })
    await this.hand.go(link, LETTERS[name])
    await this.page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  /** Sends what is in the composer. */
  async send(button = 'Post'): Promise<void> {
    const form = this.page.getByRole('form')
    const sends = form.getByRole('button', { name: button, exact: true })
    await until('it can be sent', async () => sends.isEnabled())
    // What lay over the form gives the focus back with a later drawing, and the key counts in the form only.
    if (this.hand.kind === 'keys') await form.locator(':focus').waitFor({ state: 'attached' })
    await this.hand.either(sends, 'Control+Enter')
  }

  /** Takes back what was just done. */
  async undo(): Promise<void> {
    await this.button('Undo').waitFor()
    await this.hand.either(this.button('Undo'), 'Control+z')
  }

  /** Shows once more that it is the owner, where the page of the sign-in asks for it. */
  async proves(): Promise<void> {
    const field = this.page.getByLabel('Password', { exact: true })
    const open = this.page.getByRole('button', { name: 'Change password' })
    await field.or(open).first().waitFor()
    if ((await open.count()) > 0) return
    await this.hand.write(field, this.ground.home.home.password)
    await this.hand.press(this.button('Go on'))
    await open.waitFor()
  }

  /** Closes what lies over the page. */
  async leave(dialog: Locator): Promise<void> {
    await this.hand.either(dialog.getByRole('button', { name: 'Close' }), 'Escape')
    await dialog.waitFor({ state: 'detached' })
  }

  /** @throws when this hand did nothing, or something was done that is not its own, or a script of the window failed */
  assertClean(): void {
    const { kind, watch } = this.hand
    assert.deepEqual(watch.strays, [], `strays of the ${kind}`)
    assert.ok(watch.deeds > 0, `the ${kind} did nothing`)
    assert.deepEqual(this.problems, [])
  }
}

export interface FlowPlan {
  /** Where the window opens. */
  readonly path?: string
  readonly view?: BrowserContextOptions
  /** Makes what the task is about; the name of the hand tells the two apart. @returns the path, when it is known only now */
  readonly prepare?: (kind: HandKind) => Promise<string | void>
}

export interface Flows<File extends TaskFile> {
  readonly ground: FlowGround
  readonly flow: (task: Task<File>, plan: FlowPlan, script: (stage: Stage) => Promise<void>) => void
}

/** Registers the ground of a file: opened before its first task, closed after the last. */
export function flowGround<File extends TaskFile>(
  file: File,
  prepare: (ground: FlowGround) => Promise<void> = async () => undefined,
  options: Partial<WindowHomeOptions> = {},
): Flows<File> {
  const ground = new FlowGround()
  before(async () => {
    if (noBrowser !== false) return
    await ground.open(options)
    await prepare(ground)
  })
  after(async () => ground.close())
  const register = flowsOf(file)
  return {
    ground,
    flow: (task, { path = '/home', view = {}, prepare: arrange }, script) =>
      register(task, async (t, kind) => {
        const own = await arrange?.(kind)
        await ground.readsToTop()
        const stage = await ground.window(t, kind, own ?? path, view)
        await script(stage)
        stage.assertClean()
      }),
  }
}
