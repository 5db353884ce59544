/** Reading at home: nothing moves by itself, no place is lost, the keys lead, and a home that is away is waited for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { noBrowser } from '../support/browser.ts'
import type { FakeActor } from '../support/fake-peer.ts'
import { escapeFrom } from '../support/fields.ts'
import { textBecomes, writeOn } from '../support/start-writing.ts'
import { until } from '../support/until.ts'
import { wheelDown } from '../support/wheel.ts'
import { windowGround } from '../support/window-ground.ts'

const skip = noBrowser
let ana: FakeActor

const ground = windowGround(async ({ home }) => {
  await (await home.owner()).call('PATCH', '/api/homebird/v1/preferences', { holdSeconds: 0 })
  ana = home.peer.actor('ana', { document: { name: 'Ana Marić' } })
  await home.follows(ana)
  await reads(...Array.from({ length: 25 }, (_, index) => `older number ${index}`))
})

/** Ana writes, and the home has it. */
const reads = async (...posts: readonly string[]): Promise<void> =>
  ground.home.reads(ana, ...posts.map((words) => ({ content: `<p>${words}</p>` })))

const post = (page: Page, words: string): Locator => page.getByRole('article').filter({ hasText: words })
const text = (page: Page): Locator => page.getByLabel('Text', { exact: true })

test('what is read does not move when posts arrive, and the pill only scrolls', { skip }, async (t) => {
  await reads('before the news')
  const { page } = await ground.openWindow(t)
  await seesNewest(page, 'before the news')
  await wheelDown(page, 900)
  await wheelDown(page, 300)
  const read = await topmost(page)
  const place = async (): Promise<number> => (await post(page, read).boundingBox())?.y ?? Number.NaN
  const earlier = await settled(place)
  await reads('news one', 'news two')
  const pill = page.getByRole('button', { name: /new posts?$/ })
  await pill.waitFor()
  assert.ok(Math.abs((await settled(place)) - earlier) <= 2, 'the post that is read has moved')
  await pill.click()
  await post(page, 'news two').waitFor()
  await until('the page is at its top', async () => (await page.evaluate<number>('window.scrollY')) === 0)
  await pill.waitFor({ state: 'detached' })
})

/** A window begins where was read last; this goes up as often as posts come in above. */
async function seesNewest(page: Page, words: string): Promise<void> {
  await page.getByRole('article').first().waitFor()
  await until(`${words} is on the screen`, async () => {
    await page.keyboard.press('.')
    const isThere = await post(page, words).first().isVisible()
    return isThere && (await page.evaluate<number>('scrollY')) === 0
  })
}

/** Words of a post in the middle of the screen. */
async function topmost(page: Page): Promise<string> {
  return until('a post in the middle of the screen', async () => {
    for (const article of await page.getByRole('article').all()) {
      const box = await article.boundingBox()
      const words = /older number \d+/.exec((await article.textContent()) ?? '')?.[0]
      if (box !== null && words !== undefined && box.y > 200 && box.y < 500) return words
    }
    return null
  })
}

/** A number once it is the same three times running. */
async function settled(read: () => Promise<number>): Promise<number> {
  let last: number[] = []
  return until('a number that stays', async () => {
    last = [...last.slice(-2), await read()]
    return last.length === 3 && last.every((one) => Math.abs(one - (last[0] ?? 0)) < 0.5)
      ? (last[0] ?? null)
      : null
  })
}

test('the reading place survives a visit elsewhere and a closed window', { skip }, async (t) => {
  await reads('before the visit')
  const { page, context } = await ground.openWindow(t)
  await seesNewest(page, 'before the visit')
  await wheelDown(page, 1_500)
  const read = await topmost(page)
  const earlier = await settled(async () => (await post(page, read).boundingBox())?.y ?? Number.NaN)
  await page.getByRole('link', { name: 'Search' }).click()
  await page.getByRole('heading', { name: 'Search' }).waitFor()
  await page.goBack()
  const later = await settled(async () => (await post(page, read).boundingBox())?.y ?? Number.NaN)
  assert.ok(Math.abs(later - earlier) <= 2, `the post stood at ${earlier} and stands at ${later}`)
  const stored = await context.storageState()
  await context.close()
  const again = await ground.openWindow(t, '/home', { storageState: stored })
  await post(again.page, read).waitFor()
})

test('the keys lead through the posts and act on the one that is chosen', { skip }, async (t) => {
  await reads('below it', 'for the keyboard')
  const { page } = await ground.openWindow(t)
  await seesNewest(page, 'for the keyboard')
  await page.keyboard.press('j')
  const chosen = page.locator('article:focus')
  await chosen.filter({ hasText: 'for the keyboard' }).waitFor()
  await page.keyboard.press('f')
  await chosen.getByRole('button', { name: 'Favourite 1' }).waitFor()
  await page.keyboard.press('j')
  await chosen.filter({ hasText: 'below it' }).waitFor()
  await page.keyboard.press('k')
  await chosen.filter({ hasText: 'for the keyboard' }).waitFor()
  await page.keyboard.press('r')
  await page.getByText('Reply to Ana Marić').waitFor()
  await writeOn(page, 'j and k are letters here')
  await textBecomes(page, /j and k are letters here$/)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await escapeFrom(page.getByRole('dialog', { name: 'Keys' }))
})

/** Runs in the page: strikes a key in the very moment in which the window is drawn. */
const strikesAtOnce = (key: object): string => `new MutationObserver((_, observer) => {
  if (document.querySelector('main') === null) return
  observer.disconnect()
  document.body.dispatchEvent(new KeyboardEvent('keydown', ${JSON.stringify({ ...key, bubbles: true })}))
}).observe(document, { childList: true, subtree: true })`

test('a key that is struck as soon as the window is seen counts', { skip }, async (t) => {
  for (const [key, opens] of [
    [{ key: '?' }, ['dialog', 'Keys']],
    [{ key: 'k', ctrlKey: true }, ['combobox', 'Pages, people, hashtags, posts']],
  ] as const) {
    const { page } = await ground.openPage(t)
    await page.addInitScript(strikesAtOnce(key))
    await page.goto(`${ground.home.origin}/home`)
    await page.getByRole(opens[0], { name: opens[1] }).waitFor()
  }
})

/** Runs in the page: up, and on to the first post, before the next picture is drawn. */
const UP_AND_ON = `for (const key of ['0', 'j'])
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))`

test('the first post is chosen by who goes to the top and on without waiting', { skip }, async (t) => {
  await reads('on top of all')
  const { page } = await ground.openWindow(t, '/home', { reducedMotion: 'reduce' })
  await seesNewest(page, 'on top of all')
  await wheelDown(page, 900)
  await page.evaluate(UP_AND_ON)
  await page.locator('article:focus', { hasText: 'on top of all' }).waitFor()
})

test('while the home is away it says so, what is written is kept, and it catches up', { skip }, async (t) => {
  await reads('before the night')
  // What the window has not yet needed of its bundle is at hand while the home is not.
  const { page } = await ground.openWindow(t, '/home', { serviceWorkers: 'allow' })
  await seesNewest(page, 'before the night')
  await ground.home.home.stop()
  await text(page).fill('Written in the dark')
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await page.getByText('Your text is kept.').waitFor()
  await page.getByText(/Your home does not answer. What you write is kept./).waitFor()
  await ground.home.home.start()
  await ground.home.receives(ana, ana.create(ana.note({ content: '<p>while you were away</p>' })))
  await page.getByRole('form').getByRole('button', { name: 'Try again' }).click()
  await post(page, 'Written in the dark').waitFor()
  await textBecomes(page, '')
  await page.getByText('What you write is kept.').waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await seesNewest(page, 'while you were away')
})
