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
import type { FakeActor } from '../support/fake-peer.ts'
import type { FakeObject } from '../support/fake-peer-actor.ts'
import { listReplies, rootNote } from '../support/thread-world.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

let home: WindowHome
let browser: TestBrowser
let ana: FakeActor
let ben: FakeActor
let root: FakeObject

before(async () => {
  if (noBrowser !== false) return
  home = await openWindowHome({ handle: 'robin' })
  browser = await openBrowser()
  ana = home.peer.actor('ana', {
    document: { name: 'Ana Marić', summary: '<p>Botanist. Ferns, mostly.</p>' },
  })
  ben = home.peer.actor('ben', { document: { name: 'Ben' } })
  await home.follows(ana)
  await home.follows(ben)
  await writeThread()
})

after(async () => {
  await browser?.close()
  await home?.close()
})

/** Ana begins, Ben and Cay answer; one reply is only known to Ana's server. */
async function writeThread(): Promise<void> {
  const cay = home.peer.actor('cay', { document: { name: 'Cay' } })
  root = rootNote(ana, { content: '<p>Which fern grows under a north window?</p>' })
  const answer = ben.note({ content: '<p>Maidenhair, if it is kept moist.</p>', inReplyTo: root.id })
  const deeper = ana.note({ content: '<p>How moist is moist?</p>', inReplyTo: answer.id })
  const deepest = ben.note({ content: '<p>Never let it dry out.</p>', inReplyTo: deeper.id })
  const missing = cay.note({ content: '<p>A holly fern forgives more.</p>', inReplyTo: root.id })
  listReplies(home.peer, root, [[answer.id, missing.id]])
  for (const note of Array.from({ length: 12 }, (_, n) => ana.note({ content: `<p>Older note ${n}</p>` }))) {
    await home.receives(ana, ana.create(note))
  }
  await home.receives(ana, ana.create(root))
  await home.receives(ben, ben.create(answer))
  await home.receives(ana, ana.create(deeper))
  await home.receives(ben, ben.create(deepest))
  const owner = await home.owner()
  await until('the thread is here', async () => {
    const uris = new Set((await owner.homeTimeline(80)).map((post) => String(post['uri'])))
    return [root, answer, deeper, deepest].every((note) => uris.has(note.id))
  })
}

async function idOf(uri: string): Promise<string> {
  const owner = await home.owner()
  const post = (await owner.homeTimeline(80)).find((one) => String(one['uri']) === uri)
  if (post === undefined) throw new Error(`${uri} is not here`)
  return String(post['id'])
}

async function open(path: string, options: Parameters<TestBrowser['openPage']>[0] = {}): Promise<Page> {
  const { page } = await browser.openPage(options)
  await home.enters(page)
  await page.goto(`${home.origin}${path}`)
  return page
}

test('opens a thread, folds a branch, and has missing replies fetched', { skip: noBrowser }, async () => {
  const page = await open(`/posts/${await idOf(root.id)}`)
  await page.getByText('Which fern grows under a north window?').waitFor()
  await page.getByText('Never let it dry out.').waitFor()
  await page.getByText('A holly fern forgives more.').waitFor()
  await page.getByText('Other servers were asked: 1 reply was missing.').waitFor()
  await takeScreenshot(page, 'thread-1280')
  assert.deepEqual(await axeFindings(page), [])
  await page.getByRole('button', { name: 'Branch with 2 replies' }).click()
  await page.getByText('How moist is moist?').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Show 2 replies' }).click()
  await page.getByText('How moist is moist?').waitFor()
  await page.setViewportSize({ width: 320, height: 700 })
  assert.equal(await sidewaysOverflow(page), 0)
  await takeScreenshot(page, 'thread-320')
})
