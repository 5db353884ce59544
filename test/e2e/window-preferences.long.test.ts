/** What is preferred in the settings is what the window does, in a real browser on a real home. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { axeFindings, noBrowser } from '../support/browser.ts'
import { changing, fieldHolds, strikeOn } from '../support/fields.ts'
import { until } from '../support/until.ts'
import { windowGround } from '../support/window-ground.ts'
import { fillTimeline } from '../support/window-posts.ts'

const skip = noBrowser
const ground = windowGround(async ({ home }) => fillTimeline(home))

async function openAt(t: TestContext, path: string): Promise<Page> {
  const { page, problems } = await ground.openWindow(t, path, { reducedMotion: 'reduce' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  t.after(() => assert.deepEqual(problems, []))
  return page
}

/** Without a new load: what is preferred counts in the window that is open. */
async function goHome(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Home', exact: true }).click()
  await page.getByRole('article').first().waitFor()
}

const postWith = (page: Page, words: string) => page.getByRole('article').filter({ hasText: words })

test('warnings that are opened by preference are open, and each can be closed', { skip }, async (t) => {
  const note = { summary: 'wasps', content: '<p>Three nests.</p>', published: new Date().toISOString() }
  await ground.home.reads(ground.home.peer.actor('ana'), note)
  const page = await openAt(t, '/home')
  const post = postWith(page, 'wasps')
  await post.getByRole('button', { name: 'Show' }).waitFor()
  assert.equal(await post.getByText('Three nests.').count(), 0)
  await page.goto(`${ground.home.origin}/settings/reading`)
  await changing(page, async () =>
    strikeOn(page.getByRole('switch', { name: 'Open content warnings' }), 'Space'),
  )
  await goHome(page)
  await post.getByText('Three nests.').waitFor()
  await post.getByRole('button', { name: 'Hide' }).click()
  await post.getByText('Three nests.').waitFor({ state: 'detached' })
  const owner = await ground.home.owner()
  await until('apps are told the same', async () => {
    const told = (await owner.get('/api/v1/preferences')) as Readonly<Record<string, unknown>>
    return told['reading:expand:spoilers'] === true
  })
})

test(
  'sensitive pictures are shown to who prefers it, and all are hidden from who prefers that',
  { skip },
  async (t) => {
    const page = await openAt(t, '/settings/reading')
    const sensitive = postWith(page, 'Not for everybody.')
    const harmless = postWith(page, 'One picture.')
    const choose = async (name: string): Promise<void> => {
      await page.getByRole('button', { name: /^(?:Hide sensitive ones|Show all)/ }).click()
      await changing(page, async () => page.getByRole('option', { name }).click())
      await goHome(page)
    }
    await choose('Show all')
    await sensitive.getByRole('img', { name: 'Evening light' }).waitFor()
    await page.goto(`${ground.home.origin}/settings/reading`)
    await choose('Hide all')
    await harmless.getByRole('button', { name: 'Show', exact: false }).first().waitFor()
    assert.equal(await harmless.getByRole('img', { name: 'Evening light' }).count(), 0)
    await harmless.getByRole('button', { name: 'Show', exact: false }).first().click()
    await harmless.getByRole('img', { name: 'Evening light' }).waitFor()
  },
)

test(
  'without folds and numbers a long post stands whole and a liked one says no number',
  { skip },
  async (t) => {
    const owner = await ground.home.owner()
    const own = await owner.writes('Who likes me is not counted')
    const ana = ground.home.peer.actor('ana')
    await ground.home.receives(ana, ana.like(String(own['uri'])))
    await until(
      'the like is in',
      async () => Number((await owner.get(`/api/v1/statuses/${own['id']}`))['favourites_count']) === 1,
    )
    const long = `<p>${'Water and the patience of plants. '.repeat(60)}</p>`
    await ground.home.reads(ana, { content: long, published: new Date().toISOString() })
    const page = await openAt(t, '/home')
    const liked = postWith(page, 'Who likes me')
    await liked.getByRole('button', { name: 'Favourite 1' }).waitFor()
    const folded = postWith(page, 'Water and the patience').getByRole('button', { name: 'Show more' })
    await folded.waitFor()
    await page.goto(`${ground.home.origin}/settings/reading`)
    for (const name of ['Fold long posts', 'Hide numbers'])
      await changing(page, async () => strikeOn(page.getByRole('switch', { name }), 'Space'))
    await goHome(page)
    await liked.getByRole('button', { name: 'Favourite', exact: true }).waitFor()
    await postWith(page, 'Water and the patience').waitFor()
    await folded.waitFor({ state: 'detached' })
  },
)

test('a compact window has less air between the posts', { skip }, async (t) => {
  const page = await openAt(t, '/home')
  const airOf = async (): Promise<string> =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('article')).paddingTop`)
  await page.getByRole('article').first().waitFor()
  const usual = await airOf()
  await page.goto(`${ground.home.origin}/settings/appearance`)
  await page.getByRole('group', { name: 'Density' }).getByRole('button').first().click()
  await page.getByRole('option', { name: 'Compact' }).click()
  await goHome(page)
  assert.equal(usual, '16px')
  await until('there is less air', async () => (await airOf()) === '10px')
})

test(
  'another language counts at once, with its direction, and what is written stays',
  { skip },
  async (t) => {
    const page = await openAt(t, '/settings/appearance')
    // Whatever comes of it, the others read English.
    t.after(async () =>
      (await ground.home.owner()).call('PATCH', '/api/homebird/v1/preferences', { locale: null }),
    )
    await page.evaluate(`window.sameWindow = true`)
    await page.getByRole('complementary').getByRole('textbox').last().fill('Half a thought')
    await page.getByRole('button', { name: /^Like the system.*Language of the window/ }).click()
    await changing(page, async () => page.getByRole('option', { name: 'العربية' }).click())
    await page.getByRole('heading', { level: 1, name: 'الإعدادات' }).waitFor()
    assert.deepEqual(
      await page.evaluate(`[document.documentElement.lang, document.documentElement.dir, window.sameWindow]`),
      ['ar', 'rtl', true],
    )
    const box = page.getByRole('complementary').getByRole('textbox').last()
    await fieldHolds(box, 'Half a thought')
    assert.deepEqual(await axeFindings(page), [])
    await page.getByRole('navigation').getByRole('link', { name: 'الرئيسية', exact: true }).click()
    await page.getByRole('article').first().waitFor()
    await page.goto(`${ground.home.origin}/settings/appearance`)
    await page.getByRole('group', { name: 'لغة النافذة' }).getByRole('button').first().waitFor()
    const owner = await ground.home.owner()
    await owner.call('PATCH', '/api/homebird/v1/preferences', { locale: 'de' })
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor()
    await owner.call('PATCH', '/api/homebird/v1/preferences', { locale: null })
  },
)

test(
  'a kind that is switched off is neither in the list nor counted, and comes back',
  { skip },
  async (t) => {
    const owner = await ground.home.owner()
    const own = await owner.writes('Boost or like me')
    const ana = ground.home.peer.actor('ana')
    await ground.home.receives(ana, ana.like(String(own['uri'])))
    await until('the like is told', async () =>
      (await owner.list('/api/v1/notifications?types[]=favourite')).some(
        ({ status }) => (status as unknown as { id: string } | undefined)?.id === own['id'],
      ),
    )
    const page = await openAt(t, '/notifications')
    const favourite = page.getByRole('article').filter({ hasText: 'favourited your post' })
    await favourite.first().waitFor()
    await page.goto(`${ground.home.origin}/settings/notifications`)
    const listed = page.getByRole('switch', { name: 'Favourites: Listed' })
    await changing(page, async () => strikeOn(listed, 'Space'))
    assert.deepEqual(await axeFindings(page), [])
    const toNotices = page.getByRole('navigation').getByRole('link', { name: /^Notifications/ })
    await toNotices.first().click()
    await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor()
    await until('the number is gone', async () => !/\d/.test(await toNotices.first().innerText()))
    await until('none is listed', async () => (await favourite.count()) === 0)
    await page.goto(`${ground.home.origin}/settings/notifications`)
    await changing(page, async () => strikeOn(listed, 'Space'))
    await toNotices.first().click()
    await favourite.first().waitFor()
  },
)

test(
  'who looks elsewhere is shown what is switched on, and of a private mention only that there is one',
  { skip },
  async (t) => {
    const { page, context, problems } = await ground.openPage(t, { serviceWorkers: 'allow' })
    await context.grantPermissions(['notifications'], { origin: ground.home.origin })
    await page.addInitScript(`Document.prototype.hasFocus = () => false`)
    await page.goto(`${ground.home.origin}/home`)
    await page.evaluate(`navigator.serviceWorker.ready.then(() => true)`)
    const shown = async (): Promise<string[]> =>
      page.evaluate<string[]>(
        `navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all.map((one) => one.title + '|' + one.body))`,
      )
    const owner = await ground.home.owner()
    const { uri } = await owner.get('/api/v1/accounts/verify_credentials')
    const ana = ground.home.peer.actor('ana')
    const mentions = async (words: string, to: readonly string[]): Promise<void> => {
      const tag = [{ type: 'Mention', href: String(uri), name: '@robin@home.example' }]
      await ground.home.receives(
        ana,
        ana.create(ana.note({ content: `<p>@robin ${words}</p>`, to, cc: [String(uri)], tag })),
      )
    }
    await mentions('Look at the ferns', ['https://www.w3.org/ns/activitystreams#Public'])
    await until('the mention is shown', async () =>
      (await shown()).some((one) => one.includes('mentioned you') && one.includes('Look at the ferns')),
    )
    await mentions('Nobody else may know', [String(uri)])
    await until('that there is a private one is shown', async () =>
      (await shown()).includes('Something new in your private mentions|'),
    )
    assert.equal(
      (await shown()).some((one) => one.includes('Nobody else')),
      false,
    )
    assert.deepEqual(problems, [])
  },
)
