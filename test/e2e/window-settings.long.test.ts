/** The settings and the pages about them, in a real browser on a real home: by mouse, and by the keyboard alone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type TestContext, after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { encode } from 'uqr'
import {
  type TestBrowser,
  axeFindings,
  noBrowser,
  openBrowser,
  sidewaysOverflow,
  takeScreenshot,
} from '../support/browser.ts'
import { until } from '../support/until.ts'
import { type WindowHome, openWindowHome } from '../support/window-home.ts'

const skip = noBrowser
let browser: TestBrowser
let home: WindowHome

before(async () => {
  if (skip !== false) return
  ;[browser, home] = await Promise.all([openBrowser(), openWindowHome({ handle: 'robin' })])
})
after(async () => {
  await browser?.close()
  await home?.close()
})

async function openAt(t: TestContext, path: string): Promise<Page> {
  const { page, context, problems } = await browser.openPage({ reducedMotion: 'reduce' })
  t.after(async () => context.close())
  await home.enters(page)
  await page.goto(`${home.origin}${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  t.after(() => assert.deepEqual(problems, []))
  return page
}

const themeOf = async (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-theme')

test(
  'a setting is searched by another word for it, found, and its row has the focus',
  { skip },
  async (t) => {
    const page = await openAt(t, '/settings')
    await page.getByRole('searchbox', { name: 'Search settings' }).fill('night mode')
    await page.getByRole('link', { name: /^Light or dark/ }).click()
    await page.waitForURL(/\/settings\/appearance#theme$/)
    await until('the row has the focus', async () =>
      page.evaluate<boolean>(`document.activeElement?.id === 'theme'`),
    )
  },
)

test('by the keyboard alone a setting is found and opened', { skip }, async (t) => {
  const page = await openAt(t, '/settings')
  await page.getByRole('searchbox', { name: 'Search settings' }).focus()
  await page.keyboard.type('shortcuts')
  await page.getByRole('link', { name: /^Keys/ }).last().waitFor()
  await page.getByRole('main').getByRole('list').last().getByRole('link').first().focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/settings\/keys#keys$/)
})

test('theme and size of text count at once, survive a new window, and are reset', { skip }, async (t) => {
  const page = await openAt(t, '/settings/appearance')
  const theme = page.getByRole('group', { name: 'Light or dark' })
  await theme.getByRole('button', { name: /Like the system/ }).click()
  await page.getByRole('option', { name: 'Dark' }).click()
  assert.equal(await themeOf(page), 'dark')
  await theme.getByRole('img', { name: 'Changed' }).waitFor()
  const slider = page.getByRole('slider', { name: 'Size of text' })
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.getByText('18 px').waitFor()
  await until('the home has both', async () => {
    const kept = (await page.evaluate(async () => (await fetch('/api/homebird/v1/preferences')).json())) as {
      theme: string
      textSize: number
    }
    return kept.theme === 'dark' && kept.textSize === 18
  })
  const again = await openAt(t, '/settings/appearance')
  await until('a new browser is dressed the same', async () => (await themeOf(again)) === 'dark')
  assert.equal(await again.evaluate<string>('getComputedStyle(document.documentElement).fontSize'), '18px')
  await again.getByRole('button', { name: 'Reset Light or dark' }).click()
  await again.getByRole('button', { name: 'Reset Size of text' }).click()
  await until('it is as at first', async () => (await themeOf(again)) === 'system')
  assert.equal(await again.getByRole('button', { name: /^Reset/ }).count(), 0)
})

test('the profile is changed with a picture and a field, applied by one bar', { skip }, async (t) => {
  const page = await openAt(t, '/settings/profile')
  await page.getByLabel('Display name').fill('Robin of the Wood')
  const picture = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Change picture' }).click()
  const chooser = await choosing
  await chooser.setFiles({ name: 'me.png', mimeType: 'image/png', buffer: picture })
  await page.getByRole('slider', { name: 'What matters in the picture' }).press('ArrowLeft')
  await page.getByRole('button', { name: 'Use picture' }).click()
  await page.getByRole('button', { name: 'Add a field' }).click()
  await page.getByLabel('Name of field 1').fill('Web')
  await page.getByLabel('Text of field 1').fill('https://robin.example')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('region', { name: 'Changes that do not count yet' }).waitFor({ state: 'detached' })
  const owner = await home.owner()
  const own = (await owner.call('GET', '/api/v1/accounts/verify_credentials')) as unknown as {
    display_name: string
    avatar: string
    source: { fields: { name: string; value: string }[] }
  }
  assert.equal(own.display_name, 'Robin of the Wood')
  assert.equal(own.source.fields[0]?.value, 'https://robin.example')
  assert.match(own.avatar, /\/media\//)
})

test('what a phone scans is the address of the home', { skip }, async (t) => {
  const page = await openAt(t, '/connect-phone')
  const picture = page.getByRole('img', { name: 'QR code of https://home.example' })
  const path = (await picture.locator('path').getAttribute('d')) ?? ''
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h/g)].map(([, x, y]) => `${x} ${y}`))
  const { data } = encode('https://home.example', { ecc: 'M', border: 4 })
  const wanted = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`${x} ${y}`] : [])))
  assert.deepEqual([...dark].toSorted(), wanted.toSorted())
  await page.getByText('Tusky').waitFor()
})

test('a list is imported, what fails is told as a file, and it is exported again', { skip }, async (t) => {
  const page = await openAt(t, '/imports')
  await page.getByRole('button', { name: /What is in the file/ }).click()
  await page.getByRole('option', { name: 'Muted people' }).click()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose file' }).click()
  const nobody = `nobody-at-all@${home.peer.hosts[0]}`
  const ana = home.peer.actor('ana').handle.replace(/^@/, '')
  await (
    await choosing
  ).setFiles({
    name: 'mutes.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`Account address,Hide notifications\n${ana},true\n${nobody},true\n`),
  })
  await page.getByText('2 lines will be taken in.').waitFor()
  await page.getByRole('button', { name: 'Begin import' }).click()
  const failed = page.getByText('1 of 2 done, 1 failed')
  await failed.waitFor({ timeout: 60_000 })
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save what failed' }).click()
  assert.match(await readFile(await (await saving).path(), 'utf8'), /nobody-at-all/)
  await page.goto(`${home.origin}/exports`)
  const exporting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save Muted people' }).click()
  assert.match(await readFile(await (await exporting).path(), 'utf8'), new RegExp(ana))
})

test('a second identity is added, and a name that is none is refused in words', { skip }, async (t) => {
  const page = await openAt(t, '/identities')
  await page.getByLabel('User name').fill('Not A Name')
  await page.getByRole('button', { name: 'Add identity' }).click()
  await page.getByRole('alert').filter({ hasText: 'A name has 1 to 30 characters' }).waitFor()
  assert.equal(await page.getByLabel('User name').inputValue(), 'Not A Name')
  await page.getByLabel('User name').fill('robins_garden')
  await page.keyboard.press('Enter')
  await page.getByText('@robins_garden@home.example').waitFor()
})

test('the pages are whole at 320 px and for everybody', { skip, timeout: 240_000 }, async (t) => {
  const page = await openAt(t, '/settings')
  const groups =
    'profile posting reading notifications appearance keys privacy devices address care advanced about'
  const paths = [
    ...groups.split(' ').map((group) => `/settings/${group}`),
    ...'connect-phone reports block-lists imports exports identities'.split(' ').map((name) => `/${name}`),
  ]
  for (const path of paths) {
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(`${home.origin}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const loading = page.getByRole('main').getByRole('status').filter({ hasText: 'One moment' })
    await until(`${path} has loaded`, async () => (await loading.count()) === 0)
    assert.deepEqual(await axeFindings(page), [], path)
    await takeScreenshot(page, `settings-${path.replaceAll('/', '-').slice(1)}-1280`)
    await page.setViewportSize({ width: 320, height: 700 })
    assert.equal(await sidewaysOverflow(page), 0, path)
    await takeScreenshot(page, `settings-${path.replaceAll('/', '-').slice(1)}-320`)
  }
})
