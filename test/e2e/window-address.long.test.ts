/**
 * Address and tunnel in the window, with a real home behind a real OpenSSH server: set up by mouse and by keyboard alone,
 * refused and kept, another key of the server, files for the other end; and what the doctor finds of a faulty edge.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { DoctorReport } from '../../server/contracts/doctor.ts'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { type EdgeFault, type FaultyEdge, openFaultyEdge } from '../support/faulty-edge.ts'
import { fieldHolds } from '../support/fields.ts'
import { type Hand, type HandKind, watchedHand } from '../support/hands.ts'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { type ProcessHome, startProcessHome } from '../support/process-home.ts'
import { NO_SSHD, type Sshd, openSshd } from '../support/sshd.ts'
import { createTestCa } from '../support/test-tls.ts'
import { until } from '../support/until.ts'
import { DRESSES, putOn } from '../support/window-dresses.ts'
import { buildWindow } from '../support/window-home.ts'

const DOMAIN = 'ana.example'
const skip = NO_SSHD ?? noBrowser
const closers: (() => unknown)[] = []
let [sshd, edge, home, owner, browser]: [Sshd, FaultyEdge, ProcessHome, HomeClient, TestBrowser] = [] as never
let cookies: NonNullable<Exclude<BrowserContextOptions['storageState'], string>>['cookies'] = []

before(async () => {
  if (skip !== false) return
  const ca = createTestCa({ after: (work) => closers.push(work) })
  sshd = await openSshd()
  closers.push(async () => sshd[Symbol.asyncDispose]())
  edge = await openFaultyEdge(ca, [DOMAIN], { server: 'nginx' })
  closers.push(async () => edge[Symbol.asyncDispose]())
  edge.breakBy(GOOD)
  edge.leadTo(await openBridge(socketPath()))
  await buildWindow()
  home = await startProcessHome({
    domain: DOMAIN,
    handle: 'ana',
    env: { NODE_EXTRA_CA_CERTS: ca.caFile, HOMEBIRD_HOST_ADDRESSES: `${DOMAIN}=${edge.address}` },
  })
  closers.push(async () => home.close())
  ;[owner, browser] = await Promise.all([signedInClient(home), openBrowser()])
  closers.push(async () => browser.close())
  const { page, context } = await browser.openPage()
  await page.goto(`http://127.0.0.1:${home.privatePort}/`)
  await page.getByLabel('Password', { exact: true }).fill(home.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation').waitFor()
  cookies = (await context.storageState()).cookies
  await context.close()
})

after(async () => {
  for (const close of closers.toReversed()) await close()
})

/** As every edge should: who visits is said by it alone. */
const GOOD: EdgeFault = {
  request(passed) {
    const own = passed.headers.filter(([name]) => !/^x-forwarded-/i.test(name))
    passed.headers = [...own, ['X-Forwarded-For', '192.0.2.7'], ['X-Forwarded-Proto', 'https']]
  },
}

/** Codes of what keeps others out, as the home itself tells of them. */
async function whatBreaks(): Promise<string[]> {
  const { findings } = (await owner.get('/api/homebird/v1/doctor')) as unknown as DoctorReport
  return findings.flatMap(({ codes }) =>
    codes
      .filter(({ weight }) => weight === 'breaks')
      .map(({ code, facts }) => `${code} ${JSON.stringify(facts)}`),
  )
}

/** Where sshd takes what is for this home. */
const socketPath = (): string => join(sshd.folder, 'home.sock')

/** The edge leads to a port; what comes there goes on to the socket. */
async function openBridge(path: string): Promise<number> {
  const server = createServer((outside) => {
    const inside = connect({ path })
    inside.on('error', () => outside.destroy())
    outside.on('error', () => inside.destroy())
    outside.pipe(inside).pipe(outside)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

interface Stage {
  readonly page: Page
  readonly main: Locator
  readonly hand: Hand
  readonly problems: readonly string[]
}

async function openStage(t: TestContext, kind: HandKind, path: string): Promise<Stage> {
  const opened = await browser.openPage({
    storageState: { cookies, origins: [] },
    viewport: { width: 1_280, height: 900 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  t.after(async () => opened.context.close())
  const { page, context, problems } = opened
  const hand = await watchedHand(kind, page, context)
  await page.goto(`http://127.0.0.1:${home.privatePort}${path}`)
  const main = page.getByRole('main')
  await main.getByRole('heading', { level: 1 }).waitFor()
  return { page, main, hand, problems }
}

async function change(...changes: readonly (readonly [name: string, value: string | null])[]): Promise<void> {
  await owner.call('PUT', '/api/homebird/v1/tunnel/settings', {
    changes: changes.map(([name, value]) => ({ name, value })),
  })
}

/** Down to a home that nobody has set a way in up for. */
async function forgetWay(): Promise<void> {
  await change(['tunnel', 'none'], ['tunnelServer', null], ['tunnelHostKey', null], ['tunnelListen', null])
}

const button = (main: Locator, name: string | RegExp): Locator => main.getByRole('button', { name })
const REACHABLE = /^Reachable, proven /
/** A look from outside goes over every hop. */
const PATIENTLY = { timeout: 90_000 } as const
const CONFIRM = 'I compared it, trust this key'

/** In the dark, and narrow: nothing is found and nothing stands out. The walk through all pages has the other dresses. */
async function isWhole(page: Page, name: string): Promise<void> {
  await putOn(page, DRESSES.dark)
  const found = await axeFindings(page)
  await page.setViewportSize({ width: 320, height: 900 })
  await putOn(page, DRESSES.light)
  found.push(...(await axeFindings(page)))
  const overflow = await sidewaysOverflow(page)
  if (overflow > 0) found.push(`${overflow} pixels stand out sideways`)
  await page.setViewportSize({ width: 1_280, height: 900 })
  await takeScreenshot(page, `address-${name}`, true)
  assert.deepEqual(found, [], name)
}

/** From nothing to a proven way in, as a person does who has the page only. */
async function setsUpSsh({ main, hand }: Stage, look: (name: string) => Promise<void>): Promise<void> {
  await main.getByText('No tunnel is set up').first().waitFor()
  await hand.press(main.getByRole('radio', { name: /^A server of mine, by SSH/ }))
  const server = main.getByLabel('Account and server')
  await hand.write(server, 'nobody knows')
  await hand.press(button(main, 'Apply'))
  await main.getByText(/HOMEBIRD_TUNNEL_SERVER is .*nobody knows/).waitFor()
  await fieldHolds(server, 'nobody knows')
  await look('refused')
  await hand.write(server, `${sshd.user}@127.0.0.1:${sshd.port}`)
  await hand.press(main.getByText('More settings', { exact: true }))
  await hand.write(main.getByLabel('Where the server takes what is for you'), socketPath())
  await hand.press(button(main, 'Apply'))
  await main.getByText('Your tunnel waits for you').first().waitFor()
  await main.getByText(sshd.hostKey, { exact: true }).waitFor()
  await look('key')
  await sshd.admit((await main.getByText(/^ssh-ed25519 /).textContent()) ?? '')
  await hand.press(button(main, CONFIRM))
  await main.getByText(REACHABLE).waitFor()
  await fieldHolds(server, `${sshd.user}@127.0.0.1:${sshd.port}`)
}

for (const kind of ['mouse', 'keys'] as const) {
  const how = kind === 'mouse' ? 'with a mouse' : 'by keyboard alone'
  test(
    `a way in over ssh is set up from nothing to proven, ${how}; what is refused stays`,
    { skip },
    async (t) => {
      await forgetWay()
      const stage = await openStage(t, kind, '/address')
      const look = async (name: string): Promise<void> => {
        if (kind === 'mouse') await isWhole(stage.page, name)
      }
      await setsUpSsh(stage, look)
      assert.deepEqual(stage.hand.watch.strays, [])
      assert.deepEqual(stage.problems, [])
    },
  )
}

test(
  'a server with another key stops the tunnel, and goes on when its key was compared anew',
  { skip },
  async (t) => {
    const { page, main, hand } = await openStage(t, 'mouse', '/address')
    const other = `SHA256:${'a'.repeat(43)}`
    await change(['tunnelHostKey', other])
    await main.getByRole('heading', { name: 'Your server shows another key' }).waitFor()
    await main.getByText(other, { exact: true }).waitFor()
    await main.getByText(sshd.hostKey, { exact: true }).waitFor()
    await isWhole(page, 'key-changed')
    await hand.press(button(main, CONFIRM))
    await main.getByText(REACHABLE).waitFor()
  },
)

test(
  'the state changes in sight, is said aloud once, and stands on the page of the status too',
  { skip },
  async (t) => {
    const { page, main, hand } = await openStage(t, 'mouse', '/status')
    await main.getByText(REACHABLE).waitFor()
    const spoken = main.getByRole('status').filter({ hasText: 'Reachable' })
    await until('it is said', async () => (await spoken.textContent()) === 'Reachable')
    await sshd.stop()
    await main
      .getByText(/^Your tunnel is (?:reconnecting|connecting)/)
      .first()
      .waitFor()
    await sshd.start()
    await until('it is reachable again', async () => {
      if ((await main.getByText(REACHABLE).count()) > 0) return true
      // It may be there by itself meanwhile, and the button gone.
      await button(main, 'Try now')
        .click({ timeout: 1_000 })
        .catch(() => undefined) // see above
      return false
    })
    await hand.press(main.getByRole('link', { name: 'Open Address and tunnel' }))
    await main.getByRole('heading', { level: 1, name: 'Address and tunnel' }).waitFor()
    assert.equal(await page.evaluate('location.pathname'), '/address')
  },
)

test('whoever goes another way keeps what was typed until it is discarded', { skip }, async (t) => {
  const { main, hand } = await openStage(t, 'mouse', '/address')
  await hand.press(button(main, 'Choose another way'))
  await hand.press(main.getByRole('radio', { name: /^Another program/ }))
  const program = main.getByLabel('Program and what it is given')
  await hand.write(program, 'frpc\n-c\n/etc/frpc.toml')
  await hand.press(main.getByRole('radio', { name: /^A server of mine, by SSH/ }))
  await hand.press(main.getByRole('radio', { name: /^Another program/ }))
  await fieldHolds(program, 'frpc\n-c\n/etc/frpc.toml')
  // What is run on this computer takes more than an open window.
  await hand.write(main.getByLabel('Your password'), 'another long password')
  await hand.press(button(main, 'Apply'))
  await main.getByText(/the password is wrong/).waitFor()
  await hand.press(button(main, 'Discard'))
  await main.getByLabel('Account and server').waitFor()
  await main.getByText(REACHABLE).waitFor()
})

test(
  'the doctor names what an edge does wrong, with the lines to change, and nothing of a good one',
  { skip },
  async (t) => {
    const { page, main, hand } = await openStage(t, 'mouse', '/doctor')
    const outside = main.getByRole('region', { name: 'From outside' })
    await hand.press(button(main, 'Look again'))
    await main.getByText('The look is over.').waitFor(PATIENTLY)
    await outside.waitFor()
    assert.deepEqual(await whatBreaks(), [])
    assert.equal(await outside.getByText('Keeps others out').count(), 0)
    edge.breakBy({
      ...GOOD,
      answer: ({ headers }) =>
        headers.some(
          ([name, value]) => name.toLowerCase() === 'user-agent' && value.startsWith('gotosocial/'),
        )
          ? { status: 403, headers: [], body: Buffer.from('no') }
          : null,
    })
    await hand.press(button(main, 'Look again'))
    await outside.getByText('What stands in front turns some kinds of servers away.').waitFor(PATIENTLY)
    await outside.getByText('Keeps others out').waitFor()
    await outside
      .getByText(/GoToSocial/)
      .first()
      .waitFor()
    await outside.getByText('Lines for nginx', { exact: true }).waitFor()
    await isWhole(page, 'doctor')
    await hand.press(outside.getByRole('button', { name: 'Ignore: who is let in' }))
    await outside.getByText('Keeps others out').waitFor({ state: 'detached' })
    await hand.press(outside.getByRole('button', { name: 'Tell again: who is let in' }))
    await outside.getByText('Keeps others out').waitFor()
    edge.breakBy(GOOD)
    await hand.press(button(main, 'Look again'))
    await outside.getByText('Keeps others out').waitFor({ state: 'detached', ...PATIENTLY })
  },
)

test('the files for the other end are shown, copied and saved as they are', { skip }, async (t) => {
  // The script makes an account and a folder of its own, as a server in use has them.
  await change(['tunnelServer', `homebird@127.0.0.1:${sshd.port}`], ['tunnelListen', null])
  const { page, main, hand } = await openStage(t, 'mouse', '/address')
  await hand.pick(button(main, /What stands there/), page.getByRole('option', { name: 'Caddy' }))
  const script = main.getByRole('group', { name: 'homebird-server.sh' })
  await script.waitFor()
  const text = (await script.textContent()) ?? ''
  await hand.press(button(main, 'Copy: homebird-server.sh'))
  await main.getByText('Copied').first().waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), text)
  const saving = page.waitForEvent('download')
  await hand.press(button(main, 'Save: homebird-server.sh'))
  const saved = await saving
  assert.equal(saved.suggestedFilename(), 'homebird-server.sh')
  assert.equal(await readFile(await saved.path(), 'utf8'), text)
  await isWhole(page, 'files')
})
