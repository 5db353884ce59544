/** A Takahē server is taken over in the first run, from the first page to the home that answers at the old addresses. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { askListener } from '../support/http-client.ts'
import { newPicture } from '../support/pictures.ts'
import { type TakaheServer, addressOf, openTakaheServer } from '../support/takahe-server.ts'
import { until } from '../support/until.ts'
import { openWindowHome } from '../support/window-home.ts'

const DOMAIN = 'old.example'
const NARROW = { viewport: { width: 320, height: 720 } }

const skip = noBrowser
let browser: TestBrowser

before(async () => {
  if (skip === false) browser = await openBrowser()
})
after(async () => browser?.close())

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })

/** Two people live there, of whom one comes. */
async function sharedServer() {
  const server = await openTakaheServer(DOMAIN, null)
  const face = server.file('profile_images/2023/1/1/face.png', newPicture())
  const ben = await server.person('ben@old.example', DOMAIN, 'ben', { icon: face })
  await server.person('eve@old.example', DOMAIN, 'eve')
  const post = await server.post(ben, { content: '<p>from before</p>' })
  return { server, ben, post }
}

async function looksRight(page: Page, name: string): Promise<void> {
  assert.deepEqual(await axeFindings(page), [], name)
  assert.equal(await sidewaysOverflow(page), 0, name)
  await takeScreenshot(page, name, true)
}

test('a server is taken over from the first page on', { skip }, async (t) => {
  const { server, ben, post } = await sharedServer()
  const opened = await openWindowHome({ handle: null })
  t.after(async () => opened.close())
  const { home } = opened
  const { page, problems } = await browser.openPage(NARROW)
  await page.goto(home.startAddress)
  await page.getByRole('button', { name: 'Take over a Takahē server…' }).click()
  await heading(page, 'Take over a Takahē server').waitFor()
  await looksRight(page, 'adoption-1')

  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('This is still empty.').waitFor()
  await page.getByLabel('Address of its database').fill(addressOf(server))
  await page.getByLabel('Its files').fill('/nowhere/at/all')
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('/nowhere/at/all cannot be read').waitFor()
  await page.getByLabel('Its files').fill(server.media)
  await page.getByRole('button', { name: 'Look at it' }).click()

  await heading(page, 'Who are you there?').waitFor()
  await looksRight(page, 'adoption-2')
  await page.getByText('ben@old.example', { exact: true }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await heading(page, 'What comes along').waitFor()
  await page.getByText('@ben@old.example', { exact: true }).waitFor()
  await page.getByText('1 identity of somebody else stays behind.').waitFor()
  await looksRight(page, 'adoption-3')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Take it over' }).click()
  await page.getByText('At least 10 characters are needed.').waitFor()
  await takesItOver(page)
  await heading(page, 'Your home is made').waitFor()
  await page.getByText('What came along').click()
  await page.getByText('Your posts', { exact: true }).waitFor()
  await looksRight(page, 'adoption-4')
  await page.getByRole('button', { name: 'Open my home' }).click()
  await page.getByRole('navigation').waitFor()
  assert.deepEqual(problems, [])
  await answersAsBefore(home.publicPort, { identity: ben.uri, post: post.uri })
})

/** Without being started again. */
async function answersAsBefore(
  port: number,
  uris: Readonly<Record<'identity' | 'post', string>>,
): Promise<void> {
  for (const uri of Object.values(uris)) {
    const document = await until(`${uri} answers`, async () => {
      const answer = await askListener(port, DOMAIN, new URL(uri).pathname, {
        headers: { accept: 'application/activity+json' },
      })
      return answer.status === 200 && answer.json()
    })
    assert.equal(document['id'], uri)
  }
}

test('what was broken off goes on, or is undone', { skip }, async (t) => {
  const { server } = await sharedServer()
  const opened = await openWindowHome({ handle: null })
  t.after(async () => opened.close())
  const { page } = await browser.openPage(NARROW)
  await page.goto(opened.home.startAddress)
  await page.getByRole('button', { name: 'Take over a Takahē server…' }).click()
  await chooseBen(page, server)
  const held = await server.hold('activities_emoji')
  t.after(async () => held.release())
  await takesItOver(page)
  await heading(page, 'Taking it over…').waitFor()
  await page.getByText('People elsewhere').waitFor()
  await looksRight(page, 'adoption-running')
  await page.reload()
  await heading(page, 'Taking it over…').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('It was begun and is not finished.').waitFor()
  await looksRight(page, 'adoption-begun')
  await held.release()

  await page.getByRole('button', { name: 'Begin anew…' }).click()
  await page.getByRole('button', { name: 'Remove and begin anew' }).click()
  await page.getByText('It was begun and is not finished.').waitFor({ state: 'hidden' })
  await chooseBen(page, server)
  await takesItOver(page)
  await heading(page, 'Your home is made').waitFor()
})

async function chooseBen(page: Page, server: TakaheServer): Promise<void> {
  await page.getByLabel('Address of its database').fill(addressOf(server))
  await page.getByLabel('Its files').fill(server.media)
  await page.getByRole('button', { name: 'Look at it' }).click()
  await page.getByText('ben@old.example', { exact: true }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await heading(page, 'What comes along').waitFor()
}

async function takesItOver(page: Page): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill('a good long password')
  await page.getByRole('button', { name: 'Take it over' }).click()
}
