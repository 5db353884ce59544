/** Custom emoji in a real browser on a real home: added, written, told to others, copied, switched off, deleted. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { axeFindings, noBrowser, sidewaysOverflow } from '../support/browser.ts'
import { fieldHolds } from '../support/fields.ts'
import { newPicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'
import { windowGround } from '../support/window-ground.ts'
import { fillTimeline } from '../support/window-posts.ts'

const skip = noBrowser
const ground = windowGround(async ({ home }) => fillTimeline(home))

async function openPage(t: TestContext, width = 1280): Promise<Page> {
  const view = { reducedMotion: 'reduce', viewport: { width, height: 900 } } as const
  const { page, problems } = await ground.openWindow(t, '/emoji', view)
  await page.getByRole('heading', { level: 1, name: 'Custom emoji' }).waitFor()
  t.after(() => assert.deepEqual(problems, []))
  return page
}

const ownRow = (page: Page, name: string) =>
  page
    .getByRole('list', { name: 'Custom emoji' })
    .getByRole('listitem')
    .filter({ hasText: `:${name}:` })

async function offered(): Promise<readonly (readonly [string, string | null])[]> {
  const owner = await ground.home.owner()
  const all = await owner.list('/api/v1/custom_emojis')
  return all.map(({ shortcode, category }) => [
    String(shortcode),
    (category as unknown as string | null) ?? null,
  ])
}

test('a picture gets a name and a category, is offered, and goes out with a post', { skip }, async (t) => {
  const page = await openPage(t)
  await page.getByRole('button', { name: 'Add emoji' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add emoji' })
  await dialog.getByRole('button', { name: 'Add emoji' }).click()
  await dialog.getByText('Choose a picture first.').waitFor()
  assert.deepEqual(await axeFindings(page), [])
  const choosing = page.waitForEvent('filechooser')
  await dialog.getByRole('button', { name: 'Choose picture' }).click()
  const picture = { name: 'Party Parrot.png', mimeType: 'image/png', buffer: newPicture() }
  await (await choosing).setFiles(picture)
  await fieldHolds(dialog.getByLabel('Name', { exact: true }), 'party_parrot')
  await dialog.getByLabel('Category').fill('Birds')
  await dialog.getByRole('button', { name: 'Add emoji' }).click()
  await ownRow(page, 'party_parrot').waitFor()
  assert.deepEqual(await offered(), [['party_parrot', 'Birds']])
  const owner = await ground.home.owner()
  const { uri } = await owner.get('/api/v1/accounts/verify_credentials')
  const ana = ground.home.peer.actor('ana')
  await ground.home.receives(ana, ana.follow(String(uri)))
  await until(
    'ana follows',
    async () => Number((await owner.get('/api/v1/accounts/verify_credentials'))['followers_count']) === 1,
  )
  await owner.writes('Look :party_parrot: here')
  const { activity } = await ground.home.peer.sharedInbox.waitForType('Create')
  const { tag } = activity['object'] as { tag: { type: string; name: string; icon: { url: string } }[] }
  const told = tag.find(({ type }) => type === 'Emoji')
  assert.equal(told?.name, ':party_parrot:')
  const [own] = await owner.list('/api/v1/custom_emojis')
  assert.ok(told?.icon.url.endsWith(String(own?.['url'])), told?.icon.url)
  const shown = await page.request.get(`${ground.home.origin}${String(own?.['url'])}`)
  assert.deepEqual([shown.status(), shown.headers()['content-type']], [200, 'image/png'])
})

test('a name that is taken is refused in words, and what was typed stays', { skip }, async (t) => {
  const page = await openPage(t)
  await page
    .getByRole('button', { name: /^Copy .*:blob:/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog', { name: /^Copy .*:blob:/ })
  await dialog.getByLabel('Name', { exact: true }).fill('party_parrot')
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  await dialog.getByText(/There is an emoji :party_parrot: already/).waitFor()
  await fieldHolds(dialog.getByLabel('Name', { exact: true }), 'party_parrot')
})

test(
  'one of another server is found, copied, put elsewhere, switched off and deleted',
  { skip },
  async (t) => {
    const page = await openPage(t, 320)
    await page.getByRole('searchbox', { name: 'Name or server' }).fill('blo')
    await page.getByRole('button', { name: /^Copy .*:blob:/ }).click()
    const dialog = page.getByRole('dialog', { name: /^Copy .*:blob:/ })
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
    const row = ownRow(page, 'blob')
    await row.waitFor()
    assert.ok((await offered()).some(([name]) => name === 'blob'))
    assert.deepEqual([await axeFindings(page), await sidewaysOverflow(page)], [[], 0])
    await row.getByRole('button', { name: /^More about .*:blob:/ }).click()
    await page.getByRole('menuitem', { name: 'Change category' }).click()
    await page.getByRole('dialog').getByLabel('Category').fill('Round ones')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await row.getByText('Round ones').waitFor()
    await row.getByRole('switch', { name: /^Offer .*:blob:/ }).press(' ')
    await until('it is not offered', async () => (await offered()).every(([name]) => name !== 'blob'))
    await row.getByRole('button', { name: /^More about .*:blob:/ }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete emoji' }).click()
    await row.waitFor({ state: 'detached' })
  },
)
