/** The owner hands the home over in the window: the code is shown, then who speaks, and it is taken back on purpose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Paired } from '../../server/contracts/hand-over.ts'
import { readPairingCode } from '../../server/core/pairing-code.ts'
import { askPaired, streamPaired } from '../../server/net/paired/paired-line.ts'
import { axeFindings, noBrowser, openBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import { afterInReverse } from '../support/after-in-reverse.ts'
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
