/** The first run on every path, with the mouse and again with the keyboard alone; a home that is killed in any step goes on. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, after, before, test } from 'node:test'
import type { KeyLock } from '../../server/contracts/keeping.ts'
import { openAnyLock } from '../../server/core/key-lock.ts'
import type { CheckFlaw, CheckName } from '../../server/contracts/owner-api.ts'
import { type TestBrowser, noBrowser, openBrowser } from '../support/browser.ts'
import { fieldHolds } from '../support/fields.ts'
import { FlowGround, Stage } from '../support/flow-ground.ts'
import { holdsLonger } from '../support/start-writing.ts'
import { type HandKind, watchedHand } from '../support/hands.ts'
import { until } from '../support/until.ts'
import { flowsOf } from '../support/window-flows.ts'
import { openWindowHome } from '../support/window-home.ts'

const PASSWORD = 'a good long password'

let browser: TestBrowser

before(async () => {
  if (noBrowser === false) browser = await openBrowser()
})
after(async () => browser?.close())

const flow = flowsOf('window-first-run.long.test.ts')

/** A home that nobody has set up, and a window at the address that it printed. */
async function begin(t: TestContext, kind: HandKind): Promise<Stage> {
  const ground = new FlowGround()
  ground.browser = browser
  ground.home = await openWindowHome({ handle: null })
  t.after(async () => ground.home.close())
  const { page, context, problems } = await browser.openPage({ reducedMotion: 'reduce' })
  t.after(async () => context.close())
  const stage = new Stage(ground, await watchedHand(kind, page, context), problems)
  await page.goto(ground.home.home.startAddress)
  await sees(stage, 'Your own place on the fediverse')
  return stage
}

const sees = async (stage: Stage, title: string): Promise<void> =>
  stage.page.getByRole('heading', { name: title, level: 1 }).waitFor()
const presses = async (stage: Stage, name: string): Promise<void> => stage.hand.press(stage.button(name))
const field = (stage: Stage, label: string) => stage.page.getByLabel(label, { exact: true })

async function saysWho(stage: Stage): Promise<void> {
  await sees(stage, 'Who are you?')
  await stage.hand.write(field(stage, 'Display name'), 'Robin')
  await stage.hand.write(field(stage, 'User name'), 'robin')
  await stage.hand.write(field(stage, 'Password'), PASSWORD)
  await presses(stage, 'Next')
}

async function takesDomain(stage: Stage, way = /A domain of mine/): Promise<void> {
  await sees(stage, 'Your address')
  await stage.hand.press(stage.page.getByRole('radio', { name: way }))
  await stage.hand.write(field(stage, 'Domain'), 'home.example')
  await stage.page.getByText('@robin@home.example').waitFor()
}

async function writesFirstPost(stage: Stage): Promise<void> {
  await presses(stage, 'Open my home')
  await stage.page.getByRole('heading', { name: 'Nobody has written yet' }).waitFor()
  await holdsLonger(stage.page)
  await stage.hand.write(stage.text, stage.own('My first post'))
  await stage.send()
  await stage.hand.press(stage.button('Send now'))
  await stage.post(stage.own('My first post')).waitFor()
}

flow(
  'look at the ways back, then set up a home only on this computer, to the first post',
  async (t, kind) => {
    const stage = await begin(t, kind)
    await presses(stage, 'Restore from a backup…')
    await sees(stage, 'Restore')
    await stage.page.getByText('Choose a backup of your home.').waitFor()
    await presses(stage, 'Back')
    await presses(stage, 'Set up a new home')
    await saysWho(stage)
    await stage.page.getByText('For now you are').waitFor()
    await presses(stage, 'Next')
    await sees(stage, 'Keep it safe')
    await presses(stage, 'Make my home')
    await sees(stage, 'Your home is made')
    await stage.page.getByText('Once your home has an address you can bring your people').waitFor()
    await writesFirstPost(stage)
    stage.assertClean()
  },
)

flow(
  'set up a home under a domain, keep its recovery sheet, bring people by their handles',
  async (t, kind) => {
    const stage = await begin(t, kind)
    const ana = stage.ground.home.peer.actor('ana', { document: { name: 'Ana Marić' } })
    await presses(stage, 'Set up a new home')
    await saysWho(stage)
    await takesDomain(stage)
    await presses(stage, 'Back')
    await fieldHolds(field(stage, 'Display name'), 'Robin')
    await fieldHolds(field(stage, 'Password'), PASSWORD)
    await presses(stage, 'Next')
    await fieldHolds(field(stage, 'Domain'), 'home.example')
    await presses(stage, 'Next')
    await sees(stage, 'Keep it safe')
    await stage.page.getByText('Every night at 03:30').waitFor()
    const { dataDir } = stage.ground.home.home
    const place = field(stage, 'Also into another folder, or nothing')
    await stage.hand.write(place, join(dataDir, 'homebird.lock', 'disk'))
    const saving = stage.page.waitForEvent('download')
    await presses(stage, 'Save…')
    const sheet = await readFile(await (await saving).path(), 'utf8')
    assert.ok(sheet.includes('@robin@home.example') && !sheet.includes(PASSWORD))
    await stage.page.getByText('This code will open your backups.').waitFor()
    await presses(stage, 'Make my home')
    await stage.page.getByText('Homebird cannot keep anything there.').waitFor()
    await stage.hand.write(place, join(dataDir, '..', `disk of ${kind}`))
    await presses(stage, 'Make my home')
    await sees(stage, 'Your home is made')
    await opensBackups(dataDir, sheet)
    await stage.page.getByText('Other servers find nobody at your address.').waitFor()
    await stage.hand.press(stage.page.locator('summary', { hasText: 'How to fix' }).first())
    await stage.page.getByText('The domain is not in the DNS.').waitFor()
    await stage.hand.press(stage.button('Go on anyway').first())
    await stage.page.getByText('left for later').waitFor()
    await presses(stage, 'Paste handles')
    await stage.hand.write(
      stage.page.getByLabel(/^Handles, one in each line/),
      'I read @ana@peer.example and others',
    )
    await stage.page.getByText('1 handle', { exact: true }).waitFor()
    await presses(stage, 'Look at them')
    await presses(stage, 'Follow 1 person')
    await ana.inbox.waitForType('Follow')
    await stage.page.getByText('1 of 1 asked.').waitFor()
    await writesFirstPost(stage)
    stage.assertClean()
  },
)

/** The code on the sheet is the one that opens the backup key of this home. */
async function opensBackups(dataDir: string, sheet: string): Promise<void> {
  const code = /(?:[0-9A-Z]{4}-){7}[0-9A-Z]{4}/.exec(sheet)?.[0] ?? ''
  const secret = async (name: string): Promise<string> => readFile(join(dataDir, 'secrets', name), 'utf8')
  const locks = JSON.parse(await secret('backup-locks.json')) as KeyLock[]
  assert.equal(await openAnyLock(locks, code), (await secret('backup-key')).trim())
}

/** The home dies without warning and is started again, as somebody does who reads what it prints. */
async function dies(stage: Stage): Promise<void> {
  const { home } = stage.ground.home
  await home.kill()
  await home.start()
  // The key alone would not load the window anew.
  await stage.page.goto('about:blank')
  await stage.page.goto(home.startAddress)
}

flow('go on in every step after the home was killed, and bring people from a file', async (t, kind) => {
  const stage = await begin(t, kind)
  await dies(stage)
  await sees(stage, 'Your own place on the fediverse')
  await presses(stage, 'Set up a new home')
  await stage.hand.write(field(stage, 'Display name'), 'Robin the First')
  await dies(stage)
  await sees(stage, 'Who are you?')
  await fieldHolds(field(stage, 'Display name'), 'Robin the First')
  await saysWho(stage)
  await takesDomain(stage, /A server or proxy of mine/)
  await dies(stage)
  // The password is kept nowhere, and is asked for again.
  await saysWho(stage)
  await fieldHolds(field(stage, 'Domain'), 'home.example')
  await presses(stage, 'Next')
  await sees(stage, 'Keep it safe')
  await dies(stage)
  await saysWho(stage)
  await presses(stage, 'Next')
  await presses(stage, 'Make my home')
  await sees(stage, 'Your home is made')
  await dies(stage)
  await sees(stage, 'Your home is made')
  await stage.page.getByText('It can call your server by SSH by itself').waitFor()
  const ben = stage.ground.home.peer.actor('ben')
  await stage.hand.give(stage.button('Upload CSV…'), {
    name: 'following.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`Account address,Show boosts\n${ben.handle.replace(/^@/, '')},true\n`),
  })
  await stage.page.getByText('1 person is named here.').waitFor()
  await presses(stage, 'Follow 1 person')
  await ben.inbox.waitForType('Follow')
  await presses(stage, 'Set up the way in')
  await sees(stage, 'Address and tunnel')
  await stage.page.getByRole('radio', { name: /^A server of mine, by SSH/ }).waitFor({ state: 'attached' })
})

/** Where each flaw can be found; every one needs words of its own. */
const FLAWS: Readonly<Record<Exclude<CheckFlaw, 'not_tried'>, CheckName>> = {
  name: 'address',
  private: 'address',
  silent: 'address',
  certificate: 'certificate',
  not_led: 'profile',
  host_header: 'profile',
  stranger: 'profile',
  handle: 'profile',
  upgrade: 'live_outside',
}

test('each check that fails says how it is mended, in words of its own', { skip: noBrowser }, async (t) => {
  const stage = await begin(t, 'mouse')
  await presses(stage, 'Set up a new home')
  await saysWho(stage)
  await takesDomain(stage, /An address from a tunnel service/)
  await presses(stage, 'Next')
  let flaw: CheckFlaw = 'name'
  await stage.page.route('**/api/homebird/v1/checks', async (route) => {
    const failed = {
      name: FLAWS[flaw as keyof typeof FLAWS],
      isGood: false,
      flaw,
      ms: 1,
      reason: `it is ${flaw}`,
    }
    await route.fulfill({ json: { checks: [failed] } })
  })
  await presses(stage, 'Make my home')
  const fixes = new Set<string>()
  for (const next of Object.keys(FLAWS) as (keyof typeof FLAWS)[]) {
    flaw = next
    if (fixes.size > 0) await presses(stage, 'Check again')
    const fix = stage.page.locator('details', { hasText: `it is ${next}` })
    await stage.hand.press(fix.locator('summary'))
    const words = await until('the fix is told', async () => (await fix.locator('p').innerText()).trim())
    assert.ok(words.length > 30, `${next}: ${words}`)
    fixes.add(words)
  }
  assert.equal(fixes.size, Object.keys(FLAWS).length)
})
