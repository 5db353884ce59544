/**
 * One home and one browser for all tests of a file, and windows that are signed in from the start: a home takes the
 * password ten times in five minutes only, and each time costs as much as it is meant to.
 */
import { type TestContext, after, before } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { type PageOptions, type TestBrowser, type TestPage, noBrowser, openBrowser } from './browser.ts'
import { type WindowHome, type WindowHomeOptions, openWindowHome } from './window-home.ts'

type Cookies = NonNullable<Exclude<BrowserContextOptions['storageState'], string>>['cookies']

export class WindowGround {
  browser!: TestBrowser
  home!: WindowHome
  /** What every window of the file begins with. */
  cookies: Cookies = []

  async open(options: Partial<WindowHomeOptions> = {}): Promise<void> {
    ;[this.browser, this.home] = await Promise.all([
      openBrowser(),
      openWindowHome({ handle: 'robin', ...options }),
    ])
  }

  /** The one time that the password is typed. */
  async signIn(): Promise<void> {
    const { page, context } = await this.browser.openPage()
    await this.home.enters(page)
    this.cookies = (await context.storageState()).cookies
    await context.close()
  }

  /** A window of a fresh profile that is signed in. */
  async openWindow(t: TestContext, path = '/home', more: PageOptions = {}): Promise<TestPage> {
    const opened = await this.openPage(t, more)
    await opened.page.goto(`${this.home.origin}${path}`)
    await opened.page.getByRole('navigation').first().waitFor()
    await isThere(opened.page)
    return opened
  }

  /** A page of such a profile that has not gone anywhere yet. */
  async openPage(t: TestContext, more: PageOptions = {}): Promise<TestPage> {
    const storageState = { cookies: this.cookies, origins: [] }
    const opened = await this.browser.openPage({ storageState, ...more })
    // A window that stays open would read on, and move the marker for the others.
    t.after(async () => opened.context.close())
    return opened
  }

  async close(): Promise<void> {
    await this.browser?.close()
    await this.home?.close()
  }
}

/**
 * Until what the page asks for has come, as far as it comes: what arrives above a button while the hand is on it moves it away,
 * and a press that ends beside it is none.
 */
export async function isThere(page: Page): Promise<void> {
  const loading = page.locator('main [data-loading]')
  // A test may hold an answer back; then the page stays as it is.
  await loading
    .first()
    .waitFor({ state: 'detached', timeout: 10_000 })
    .catch(() => undefined) // see above
}

/**
 * Registers the ground of a file: opened before its first test, closed after the last.
 * @param prepare  what shall stand in the home before anybody looks at it
 */
export function windowGround(
  prepare: (ground: WindowGround) => Promise<unknown> = async () => undefined,
  options: Partial<WindowHomeOptions> = {},
): WindowGround {
  const ground = new WindowGround()
  before(async () => {
    if (noBrowser !== false) return
    await ground.open(options)
    await prepare(ground)
    await ground.signIn()
  })
  after(async () => ground.close())
  return ground
}
