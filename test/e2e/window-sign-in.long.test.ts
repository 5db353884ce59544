/** Sign-in and devices, in a real browser on a real home: second step, passkeys of both listeners, apps sent away. */
import assert from 'node:assert/strict'
import { type TestContext, after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { openPasskeyLink } from '../../server/domain/sign-in/passkey-links.ts'
import { openApiHome } from '../support/api-home.ts'
import {
  type TestBrowser,
  type TestPage,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { escapeFrom, fieldHolds, hasFocus, strikeOn } from '../support/fields.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { buildWindow } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: ProcessHome

before(async () => {
  if (skip !== false) return
  await buildWindow()
  ;[browser, home] = await Promise.all([
    openBrowser(),
    startProcessHome({ handle: 'robin', domain: null, env: {} }),
  ])
})
after(async () => {
  await browser?.close()
  await home?.close()
})

/** By its name, where browsers make passkeys; with a device that has a finger on it. */
async function openWindow(t: TestContext, path = '/'): Promise<TestPage> {
  const opened = await browser.openPage({ reducedMotion: 'reduce' })
  t.after(async () => opened.context.close())
  await giveFinger(opened)
  await opened.page.goto(`http://localhost:${home.privatePort}${path}`)
  return opened
}

async function giveFinger({ page, context }: TestPage): Promise<void> {
  const devices = await context.newCDPSession(page)
  await devices.send('WebAuthn.enable')
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

const password = (page: Page) => page.getByLabel('Password', { exact: true })

async function enter(page: Page): Promise<void> {
  await password(page).fill(home.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').waitFor()
}

const press = async (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click()

const publicOrigin = (): string => `http://localhost:${home.publicPort}`
const REDIRECT = 'https://app.example/cb'

interface KnownApp {
  readonly client_id: string
  readonly client_secret: string
}

async function post<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${publicOrigin()}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  assert.equal(answer.status, 200)
  return (await answer.json()) as T
}

/** What the home says to whoever shows the token. */
async function opens(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${publicOrigin()}/api/v1/accounts/verify_credentials`, { headers })).status
}

function appPage({ client_id }: KnownApp): string {
  const query = { response_type: 'code', client_id, redirect_uri: REDIRECT, scope: 'read push' }
  return `${publicOrigin()}/oauth/authorize?${new URLSearchParams(query)}`
}

test(
  'a key opened in the tab that shows the window signs in, and is no proof where a token is made',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t, '/start')
    await password(page).waitFor()
    await page.evaluate(`location.hash = '#key=of-an-earlier-start'`)
    await page
      .getByText('The key in that address was used already or is from an earlier start. Your password works.')
      .waitFor()
    await page.goto(`http://localhost:${home.privatePort}/start#${new URL(home.startAddress).hash.slice(1)}`)
    await page.getByRole('navigation').first().waitFor()
    assert.equal(new URL(page.url()).hash, '')

    await page.goto(`http://localhost:${home.privatePort}/sign-in`)
    await press(page, 'Create a token')
    const dialog = page.getByRole('dialog', { name: 'Create a token' })
    await dialog.getByText(/Show that it is you first/).waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'sign-in-token-proof')
    // The window was not entered by the page of signing in: these words come with this page.
    await dialog.getByLabel('Password', { exact: true }).and(page.locator(':focus')).waitFor()
    await page.keyboard.type(home.password)
    await page.keyboard.press('Enter')
    await dialog.getByLabel('Name', { exact: true }).waitFor()
    await escapeFrom(dialog)
    assert.deepEqual(
      problems.filter((problem) => !/403/.test(problem)),
      [],
    )
  },
)

test(
  'the whole of sign-in: a passkey, a second step, an app that is let in and sent away',
  { skip },
  async (t) => {
    const { page, problems } = await openWindow(t, '/you')
    await enter(page)
    await page.getByRole('link', { name: 'You', exact: true }).click()
    await page.getByRole('link', { name: 'Sign-in and devices' }).click()
    await page.getByText('No app has access.').waitFor()

    await page.getByLabel('Name of this device').fill('My laptop')
    await press(page, 'Make one for this window')
    await page.getByRole('heading', { name: 'My laptop' }).waitFor()

    await press(page, 'Set up')
    const key = (await page.locator('code[dir=ltr]').first().textContent()) ?? ''
    const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
    await page.getByLabel('Code that the app shows now').fill('000000')
    await page.keyboard.press('Enter')
    await page.getByText('This is not the code that the app shows now.').waitFor()
    await takeScreenshot(page, 'sign-in-authenticator', true)
    assert.deepEqual(await axeFindings(page), [])
    await page.getByLabel('Code that the app shows now').fill(totp.generate())
    await page.keyboard.press('Enter')
    const codes = page.getByRole('group', { name: 'Recovery codes' }).getByRole('listitem')
    await codes.first().waitFor()
    assert.equal(await codes.count(), 10)
    const recovery = (await codes.first().textContent()) ?? ''
    await takeScreenshot(page, 'sign-in-recovery-codes', true)
    assert.deepEqual(await axeFindings(page), [])
    await press(page, 'I have kept them')
    await page.getByText('10 recovery codes are left.').waitFor()

    await page.getByRole('link', { name: 'You', exact: true }).click()
    await press(page, 'Sign out')
    await password(page).fill(home.password)
    await page.keyboard.press('Enter')
    await page.getByText('This is not the password, or not the code.').waitFor()
    await takeScreenshot(page, 'sign-in-window')
    assert.deepEqual(await axeFindings(page), [])
    await page.getByLabel('Code of your authenticator app').fill(recovery)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').waitFor()
    await page.getByRole('link', { name: 'You', exact: true }).click()
    await press(page, 'Sign out')
    await press(page, 'Sign in with a passkey')
    await page.getByRole('navigation').waitFor()

    // The same device and the same name: its passkey lets an app in on the public listener too.
    await page.route('https://app.example/**', async (route) =>
      route.fulfill({ status: 200, body: 'the app' }),
    )
    const about = { client_name: 'Phone app', website: 'https://app.example/', redirect_uris: REDIRECT }
    const app = await post<KnownApp>('/api/v1/apps', { ...about, scopes: 'read push' })
    await page.goto(appPage(app))
    await takeScreenshot(page, 'sign-in-for-an-app')
    assert.deepEqual(await axeFindings(page), [])
    await press(page, 'Sign in with a passkey')
    await press(page, 'Give access')
    await page.waitForURL(/^https:\/\/app\.example\/cb\?code=/)
    const code = new URL(page.url()).searchParams.get('code')
    const grant = { grant_type: 'authorization_code', redirect_uri: REDIRECT, code }
    await post('/oauth/token', { ...grant, client_id: app.client_id, client_secret: app.client_secret })

    await page.goto(`http://localhost:${home.privatePort}/sign-in`)
    await page.getByRole('heading', { name: 'Passkeys' }).waitFor()
    await page.getByText('It may').click()
    await page.getByText('send notifications to your device').waitFor()
    await takeScreenshot(page, 'sign-in-page', true)
    assert.equal(await sidewaysOverflow(page), 0)
    assert.deepEqual(await axeFindings(page), [])
    await press(page, 'Remove Phone app')
    await press(page, 'Remove app')
    await page.getByText('No app has access.').waitFor()

    // By keys alone, from the button to the token, and what it opens.
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    await strikeOn(page.getByRole('button', { name: 'Create a token' }))
    const dialog = page.getByRole('dialog', { name: 'Create a token' })
    await strikeOn(dialog.getByRole('button', { name: 'Create token' }))
    await dialog.getByText('Give it a name.').waitFor()
    assert.deepEqual(await axeFindings(page), [])
    const name = dialog.getByLabel('Name', { exact: true })
    await name.focus()
    await page.keyboard.type('Weather script')
    await fieldHolds(name, 'Weather script')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await takeScreenshot(page, 'sign-in-token-form')
    await page.setViewportSize({ width: 320, height: 720 })
    assert.equal(await sidewaysOverflow(page), 0)
    await takeScreenshot(page, 'sign-in-token-form-narrow')
    await page.keyboard.press('Enter')
    const shown = page.getByRole('alertdialog', { name: 'Token' })
    const token = (await shown.locator('code').textContent()) ?? ''
    assert.match(token, /^[\w-]{43}$/)
    assert.equal(await sidewaysOverflow(page), 0)
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'sign-in-token-shown')
    await hasFocus(shown)
    await page.keyboard.press('Escape')
    assert.ok(await shown.isVisible(), 'what is shown once is not lost by a stray key')
    await press(page, 'I have kept it')
    await page.getByRole('heading', { name: 'Weather script' }).waitFor()
    await page.getByText('token made by you').waitFor()
    await takeScreenshot(page, 'sign-in-token-listed')
    assert.equal(await opens(token), 200)
    await press(page, 'Remove Weather script')
    await press(page, 'Remove token')
    await page.getByText('No app has access.').waitFor()
    assert.equal(await opens(token), 401)
    assert.deepEqual(problems, [])
  },
)

test('a phone follows the link of the window and has its passkey, once', { skip }, async (t) => {
  const own = await openApiHome({ domain: null })
  const { token } = await openPasskeyLink(own.db, 'localhost', new Date())
  const { page, context, problems } = await browser.openPage({ viewport: { width: 360, height: 720 } })
  t.after(async () => context.close())
  await giveFinger({ page, context, problems })
  const address = `http://localhost:${own.publicPort}/oauth/passkey#${token}`
  await page.goto(address)
  await page.getByLabel('Name of this device').fill('My phone')
  assert.deepEqual(await axeFindings(page), [])
  assert.equal(await sidewaysOverflow(page), 0)
  await takeScreenshot(page, 'sign-in-passkey-phone')
  await press(page, 'Make a passkey')
  await page.getByText('The passkey is made. You can close this page.').waitFor()
  const made = await own.db.selectFrom('passkeys').select(['name', 'rp_id']).execute()
  assert.deepEqual(made, [{ name: 'My phone', rp_id: 'localhost' }])
  await page.reload()
  await press(page, 'Make a passkey')
  await page.getByText(/This link was used already/).waitFor()
  await page.goto(`http://127.0.0.1:${own.publicPort}/oauth/passkey`)
  await page.getByText(/only where the home is reached by its name/).waitFor()
  assert.deepEqual(problems, [])
})
