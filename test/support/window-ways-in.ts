/** The ways into a home, one state after the other, each shown to whoever looks: first run, sign-in, an app that asks. */
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { type ProcessHome, startProcessHome } from './process-home.ts'
import { type WindowHome, buildWindow, openWindowHome } from './window-home.ts'
import { FAULTY_DOCTOR, TUNNEL_SCENES, answerDoctor, answerTunnel } from './window-tunnel.ts'
import { settle } from './window-walk.ts'
import { wordsOf } from './window-words.ts'

/** Called with a name for each state as it stands on the page. */
type Shows = (name: string) => Promise<void>
/** @param locale  in which the browser of the page asks */
type Way = (page: Page, locale: string, show: Shows) => Promise<void>

const press = async (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()
const titled = async (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, exact: true }).waitFor()

/** Pages that have nothing to show on the first day. */
const EMPTY = {
  notifications: '/notifications',
  mentions: '/mentions',
  lists: '/lists',
  bookmarks: '/bookmarks',
  favourites: '/favourites',
  hashtags: '/followed-hashtags',
  filters: '/filters',
  search: '/search',
  drafts: '/drafts',
  scheduled: '/scheduled',
} as const

/** Pages of which each asks the home for something of its own. */
const ASKING = {
  notifications: '/notifications',
  bookmarks: '/bookmarks',
  lists: '/lists',
  search: '/search?q=ferns',
  person: '/people/1',
  post: '/posts/1',
  address: '/address',
  status: '/status',
  logs: '/logs',
  doctor: '/doctor',
  settings: '/settings/posting',
  emoji: '/emoji',
} as const

/** From the key to the open home. */
async function goFirstRun(home: WindowHome, page: Page, locale: string, show: Shows): Promise<void> {
  const say = await wordsOf(locale)
  await page.goto(home.origin)
  await titled(page, say('key.title'))
  await show('key')
  await page.goto(home.home.startAddress)
  await titled(page, say('setup.welcome_title'))
  await show('setup-1')
  await press(page, say('setup.restore'))
  await show('setup-1-restore')
  await press(page, say('setup.back'))
  await press(page, say('setup.begin'))
  await page.getByLabel(say('setup.display_name')).fill('Robin Müller')
  await show('setup-2')
  await page.getByLabel(say('setup.password'), { exact: true }).fill('too short')
  await press(page, say('setup.next'))
  await show('setup-2-flaw')
  await page.getByLabel(say('setup.password'), { exact: true }).fill('a good long password')
  await press(page, say('setup.next'))
  await titled(page, say('setup.address_title'))
  await show('setup-3')
  await page.getByText(say('setup.address_mine'), { exact: true }).click()
  await page.getByLabel(say('setup.domain'), { exact: true }).fill('home.example')
  await show('setup-3-domain')
  await press(page, say('setup.next'))
  await titled(page, say('setup.safe_title'))
  await page.getByRole('button', { name: say('recovery.save') }).waitFor()
  await show('setup-4')
  await press(page, say('setup.make'))
  await titled(page, say('setup.check_title'))
  await page.getByRole('button', { name: say('setup.check_again') }).waitFor()
  await show('setup-5')
  await page.getByText(say('check.how')).first().click()
  await press(page, say('setup.people_paste'))
  await page.getByLabel(say('setup.people_label')).fill('@ana@peer.example and @ben@peer.example')
  await show('setup-5-people')
  await press(page, say('setup.open'))
  await titled(page, say('home.empty_title'))
  await show('home-empty')
  for (const [name, path] of Object.entries(EMPTY)) {
    await settle(page, path)
    await show(`${name}-empty`)
  }
}

/** By the password, wrongly and rightly; a second step set up; then by the code; and an app that asks. */
async function goSignIn(home: WindowHome, page: Page, locale: string, show: Shows): Promise<void> {
  const say = await wordsOf(locale)
  const password = page.getByLabel(say('signin.password'), { exact: true })
  await page.goto(`${home.origin}/sign-in`)
  await password.waitFor()
  await show('entry-password')
  await password.fill('not this one')
  await page.keyboard.press('Enter')
  await page.getByText(say('signin.wrong')).waitFor()
  await show('entry-wrong')
  await password.fill(home.home.password)
  await page.keyboard.press('Enter')
  await press(page, say('security.totp_set_up'))
  const key = page.locator('code[dir=ltr]').first()
  await key.waitFor()
  await show('security-authenticator')
  const totp = new TOTP({ secret: Secret.fromBase32(((await key.textContent()) ?? '').replaceAll(' ', '')) })
  await page.getByLabel(say('security.totp_code')).fill(totp.generate())
  await page.keyboard.press('Enter')
  await page
    .getByRole('group', { name: say('security.codes') })
    .getByRole('listitem')
    .first()
    .waitFor()
  await show('security-recovery-codes')
  await page.context().clearCookies()
  await page.goto(home.origin)
  await page.getByLabel(say('signin.code')).waitFor()
  await show('entry-code')
}

/** A home that answers nothing any more: what each page says of that. */
async function goFailures(home: WindowHome, page: Page, locale: string, show: Shows): Promise<void> {
  const say = await wordsOf(locale)
  await page.goto(home.origin)
  await page.getByLabel(say('signin.password'), { exact: true }).fill(home.home.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').waitFor()
  await settle(page, '/home')
  await page.route('**/api/**', async (route) => route.fulfill({ status: 503, json: { error: 'busy' } }))
  for (const [name, path] of Object.entries(ASKING)) {
    await settle(page, path)
    await show(`${name}-failed`)
  }
  await page.reload()
  await page.getByRole('alert').or(page.getByRole('heading')).first().waitFor()
  await show('start-failed')
}

/** The way in from outside in each of its states, as the home tells of them. */
async function goTunnel(home: WindowHome, page: Page, locale: string, show: Shows): Promise<void> {
  const say = await wordsOf(locale)
  await page.goto(home.origin)
  await page.getByLabel(say('signin.password'), { exact: true }).fill(home.home.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').waitFor()
  for (const [name, overview] of Object.entries(TUNNEL_SCENES)) {
    await answerTunnel(page, overview)
    await page.goto(`${home.origin}/address`)
    await page.getByRole('main').getByRole('list').first().waitFor()
    await show(`tunnel-${name}`)
  }
  await page.goto(`${home.origin}/status`)
  await titled(page, say('status.way_in'))
  await show('tunnel-status')
  await answerDoctor(page, FAULTY_DOCTOR)
  await page.goto(`${home.origin}/doctor`)
  await titled(page, say('outside.title'))
  await show('doctor-faulty')
}

const REDIRECT = 'https://app.example/cb'

/** The public pages of an app that asks for access, without a script. */
async function goConsent(home: ProcessHome, page: Page, show: Shows): Promise<void> {
  const origin = `http://127.0.0.1:${home.publicPort}`
  const scopes = 'read write follow push'
  const answer = await fetch(`${origin}/api/v1/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Ice Cubes',
      website: 'https://app.example/',
      redirect_uris: REDIRECT,
      scopes,
    }),
  })
  const { client_id } = (await answer.json()) as { readonly client_id: string }
  const query = { response_type: 'code', client_id, redirect_uri: REDIRECT, scope: scopes }
  await page.goto(`${origin}/oauth/authorize?${new URLSearchParams(query)}`)
  await show('app-sign-in')
  await page.locator('input[type=password]').first().fill(home.password)
  await page.keyboard.press('Enter')
  await page.locator('button[value=allow]').waitFor()
  await show('app-consent')
}

async function inHome<Home extends { close(): Promise<void> }>(
  open: Promise<Home>,
  go: (home: Home) => Promise<void>,
): Promise<void> {
  const home = await open
  try {
    await go(home)
  } finally {
    await home.close()
  }
}

/** By the names that `npm run screenshots` takes; each makes a home of its own. */
export const WAYS = {
  'first-run': async (page, locale, show) =>
    inHome(openWindowHome({ handle: null }), async (home) => goFirstRun(home, page, locale, show)),
  entry: async (page, locale, show) =>
    inHome(openWindowHome({ handle: 'robin' }), async (home) => goSignIn(home, page, locale, show)),
  failures: async (page, locale, show) =>
    inHome(openWindowHome({ handle: 'robin' }), async (home) => goFailures(home, page, locale, show)),
  tunnel: async (page, locale, show) =>
    inHome(openWindowHome({ handle: 'robin' }), async (home) => goTunnel(home, page, locale, show)),
  consent: async (page, _locale, show) => {
    await buildWindow()
    // Without a domain it answers apps under its loopback address.
    const opening = startProcessHome({ handle: 'robin', domain: null })
    await inHome(opening, async (home) => goConsent(home, page, show))
  },
} as const satisfies Readonly<Record<string, Way>>

export const WAY_NAMES = Object.keys(WAYS) as readonly (keyof typeof WAYS)[]
