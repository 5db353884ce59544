/**
 * The owner hands the home over in the window: the code is shown, then who speaks, and it is taken back on purpose. On the other
 * computer the first page of a new home takes one over.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { HandOverState, OfferedHome, Paired } from '../../server/contracts/hand-over.ts'
import type { TakingState } from '../../server/contracts/taking-home.ts'
import { readPairingCode } from '../../server/core/pairing-code.ts'
import { askPaired, streamPaired } from '../../server/net/paired/paired-line.ts'
import { axeFindings, noBrowser, openBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
import { signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'
import { openWindowHome } from '../support/window-home.ts'

async function isWhole(page: Page, what: string): Promise<void> {
  assert.deepEqual({ what, found: await axeFindings(page) }, { what, found: [] })
  assert.deepEqual({ what, overflow: await sidewaysOverflow(page) }, { what, overflow: 0 })
  await takeScreenshot(page, `hand-over-${what}`, true)
}

/** The other computer, as far as this one sees it. @param typed  what the window shows to be typed there */
async function takes(typed: string, code: string): Promise<void> {
  const [, address = ''] = /take (\S+)/.exec(typed) ?? []
  const { fingerprint, secret } = readPairingCode(code)
  const line = { host: '127.0.0.1', port: Number(address.split(':').at(-1)), fingerprint }
  const said = { secret: secret.toString('hex'), name: 'box' }
  const { ticket } = (await askPaired<Paired>(line, '/pair', said)).body
  const source = await streamPaired(line, '/home', ticket, new AbortController().signal)
  await Array.fromAsync(source as AsyncIterable<Buffer>, () => 0)
  for (const path of ['/give', '/done']) await askPaired(line, path, {}, { ticket })
}

test(
  'a code is shown and withdrawn, another computer takes over, and the word is taken back',
  { skip: noBrowser },
  async (t) => {
    const home = await openWindowHome({ handle: 'robin' })
    afterInReverse(t, () => home.close())
    const browser = await openBrowser()
    afterInReverse(t, () => browser.close())
    const { page } = await browser.openPage({ viewport: { width: 320, height: 900 } })
    await home.enters(page)
    await page.goto(`${home.origin}/backups`)
    const section = page.getByRole('region', { name: 'Another computer' })
    const confirm = async (opens: string, act: string): Promise<void> => {
      await section.getByRole('button', { name: opens }).press('Enter')
      const dialog = page.getByRole('alertdialog')
      await dialog.locator('input[type=password]').fill(home.home.password)
      await dialog.getByRole('button', { name: act }).press('Enter')
      await dialog.waitFor({ state: 'detached' })
    }
    const shown = section.getByText('homebird hand-over take')
    const code = section.getByText(/^(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}$/)
    await confirm('Hand over…', 'Show the code')
    await shown.waitFor()
    await code.waitFor()
    await isWhole(page, 'offered')
    await page.reload()
    await section.getByText('The code was shown where').waitFor()
    assert.equal(await code.count(), 0)
    await section.getByRole('button', { name: 'Withdraw' }).press('Enter')
    await section.getByRole('button', { name: 'Hand over…' }).and(section.locator(':enabled')).waitFor()
    await confirm('Hand over…', 'Show the code')
    await shown.waitFor()
    await takes(await shown.innerText(), await code.innerText())
    await section.getByText('box speaks for you').waitFor()
    // Its parts start anew, which the window may be telling just now: it is looked at when it has come to rest.
    await until('its server runs again', () => {
      const told = home.home.events.map(({ message }) => String(message))
      const givenAt = told.findIndex((message) => message.includes('was handed over'))
      return givenAt !== -1 && told.slice(givenAt).includes('server-0 runs again')
    })
    await page.goto(`${home.origin}/backups`)
    await section.getByText('box speaks for you').waitFor()
    await isWhole(page, 'given')
    await confirm('Speak from here again…', 'Speak from here')
    await section.getByRole('button', { name: 'Hand over…' }).waitFor()
  },
)

/** A net, no expectation. */
const LIMIT_MS = 180_000

/** As its window offers it. */
async function offerOf(home: ProcessHome): Promise<{ readonly code: string; readonly address: string }> {
  const owner = await signedInClient(home)
  const path = '/api/homebird/v1/hand-over'
  const offered = await owner.raw(`${path}/offer`, { method: 'POST', body: { password: home.password } })
  const { offer } = offered.json() as unknown as HandOverState
  const address = await until('an address', async () => {
    const { handOver } = (await owner.call('GET', path)) as unknown as { readonly handOver: HandOverState }
    return handOver.offer?.addresses[0]
  })
  return { code: offer?.code ?? '', address: `127.0.0.1:${address.split(':').at(-1) ?? ''}` }
}

const phaseOf = async (home: ProcessHome): Promise<string> =>
  (JSON.parse((await home.command('hand-over', 'state', '--json')).stdout) as HandOverState).phase

/** Whoever opens the page again after it was looked at for too long, or broken off, is told so, until Back. */
async function tellsHowItEnded(page: Page, address: string): Promise<void> {
  const ends: object[] = [{ phase: 'lapsed' }]
  const state = '**/hand-over/taking'
  await page.route(state, async (route) => route.fulfill({ json: ends.at(-1) }))
  await page.goto(address)
  await page.getByText('For half an hour nobody went on').waitFor()
  ends.push({ phase: 'failed', message: 'it was broken off' })
  // The address holds a key behind `#`: going there again would load nothing.
  await page.reload()
  await page.getByText('it was broken off').waitFor()
  await page.unroute(state)
  await page.getByRole('button', { name: 'Back' }).click()
}

/** The home lapsed while its figures were looked at: who goes on is told so, and types another code. */
async function tellsThatItLapsed(page: Page): Promise<void> {
  const home: OfferedHome = {
    name: 'attic',
    madeBy: '0.1.0',
    schemaVersion: 1,
    identities: ['ana@old.example'],
    posts: 3,
    followers: 2,
    following: 1,
    bytes: 1_000,
  }
  let state: TakingState = { phase: 'none' }
  const path = '**/hand-over/taking'
  await page.route(path, async (route) => {
    const isAsked = route.request().method() === 'POST'
    await route.fulfill({ json: isAsked ? { phase: 'paired', home } : state })
  })
  const code = page.getByLabel('Code', { exact: true })
  await page.getByRole('button', { name: 'Take over from another computer…' }).click()
  await page.getByLabel('Address of the old computer').fill('attic.example')
  await code.fill('of yesterday')
  await page.getByRole('button', { name: 'Look' }).click()
  await page.getByText('ana@old.example').waitFor()
  state = { phase: 'lapsed' }
  // Nothing is paired: the home itself refuses.
  await page.getByRole('button', { name: 'Take it over' }).click()
  await page.getByText('For half an hour nobody went on').waitFor()
  assert.equal(await code.inputValue(), '')
  assert.equal(await page.getByLabel('Address of the old computer').inputValue(), 'attic.example')
  await page.unroute(path)
  await page.getByRole('button', { name: 'Back' }).click()
}

test(
  'the first page of a new home takes over the one of another computer',
  { skip: noBrowser },
  async (t) => {
    const old = await startProcessHome({ domain: null, handle: 'ana' })
    afterInReverse(t, () => old.close())
    await (await signedInClient(old)).writes('written on the old computer')
    const { code, address } = await offerOf(old)
    const home = await startProcessHome({ domain: null, handle: null, password: old.password })
    afterInReverse(t, () => home.close())
    const browser = await openBrowser()
    afterInReverse(t, () => browser.close())
    const { page } = await browser.openPage({ viewport: { width: 320, height: 900 } })
    page.setDefaultTimeout(LIMIT_MS)
    await tellsHowItEnded(page, home.startAddress)
    await tellsThatItLapsed(page)
    const button = (name: string) => page.getByRole('button', { name })
    await button('Take over from another computer…').click()
    await page.getByLabel('Address of the old computer').fill(address)
    await page
      .getByLabel('Code', { exact: true })
      .fill(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`)
    await button('Look').click()
    await page.getByText('there is a slip in it').waitFor()
    await isWhole(page, 'take-asks')
    await page.getByLabel('Code', { exact: true }).fill(code)
    await button('Look').click()
    await page.getByText('It is paused there while it comes').waitFor()
    await page.getByText('ana@homebird.invalid').waitFor()
    await isWhole(page, 'take-paired')
    const readies = (): number => home.events.filter(({ kind }) => kind === 'ready').length
    const before = readies()
    await button('Take it over').click()
    await page.getByRole('heading', { name: 'Taking over' }).waitFor()
    await until('the home that has come', () => readies() > before || null, LIMIT_MS)
    await until('the word', async () => (await phaseOf(home)) === 'none' || null, LIMIT_MS)
    assert.equal(await phaseOf(old), 'given')
    const here = await until(
      'its owner signs in',
      async () => signedInClient(home).catch(() => null),
      LIMIT_MS,
    )
    assert.deepEqual(
      (await here.homeTimeline()).map(({ content }) => content),
      ['<p>written on the old computer</p>'],
    )
  },
)
