/** What a person sets for themselves, with the mouse and again with the keyboard alone. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Secret, TOTP } from 'otpauth'
import { flowGround } from '../support/flow-ground.ts'
import { newPicture } from '../support/pictures.ts'
import { until } from '../support/until.ts'

const { ground, flow } = flowGround('window-tasks-settings.long.test.ts')

const preference = async (name: string): Promise<string> =>
  String((await ground.owner.get('/api/homebird/v1/preferences'))[name])

flow('find a setting by another word for it', { path: '/settings' }, async (stage) => {
  await stage.hand.write(stage.page.getByRole('searchbox', { name: 'Search settings' }), 'night mode')
  await stage.hand.press(stage.page.getByRole('link', { name: /^Light or dark/ }))
  await stage.page.waitForURL(/\/settings\/appearance#theme$/)
  await until('the row has the focus', async () =>
    stage.page.evaluate<boolean>(`document.activeElement?.id === 'theme'`),
  )
})

flow('change the theme and give the usual one back', { path: '/settings/appearance' }, async (stage) => {
  const theme = stage.page.getByRole('group', { name: 'Light or dark' })
  await stage.hand.pick(
    theme.getByRole('button', { name: /Like the system/ }),
    stage.page.getByRole('option', { name: 'Dark' }),
  )
  await until(
    'it is dark',
    async () => (await stage.page.locator('html').getAttribute('data-theme')) === 'dark',
  )
  await until('the home knows', async () => (await preference('theme')) === 'dark')
  await stage.hand.press(stage.button('Reset Light or dark'))
  await until('it is as at first', async () => (await preference('theme')) === 'system')
})

flow('make the text larger', { path: '/settings/appearance' }, async (stage) => {
  await stage.hand.slide(stage.page.getByRole('slider', { name: 'Size of text' }), 2)
  await stage.page.getByText('18 px').waitFor()
  await until('the home knows', async () => (await preference('textSize')) === '18')
  await stage.hand.press(stage.button('Reset Size of text'))
  await until('it is as at first', async () => (await preference('textSize')) === '16')
})

flow('change a key, and switch the letters off', { path: '/settings/keys' }, async (stage) => {
  await stage.hand.press(stage.button('Change the key of: Favourite'))
  await stage.hand.strike('v')
  await stage.page.getByText('changed', { exact: true }).waitFor()
  await stage.hand.press(stage.button('Give its usual key back to: Favourite'))
  await stage.page.getByText('changed', { exact: true }).waitFor({ state: 'detached' })
  const letters = stage.page.getByRole('switch', { name: /Letters are keys/ })
  await stage.hand.press(letters)
  await stage.button('Reset all keys').waitFor({ state: 'detached' })
  await stage.hand.press(letters)
  await stage.button('Reset all keys').waitFor()
})

flow('change name and picture of the profile', { path: '/settings/profile' }, async (stage) => {
  await stage.hand.write(stage.page.getByLabel('Display name'), stage.own('Robin'))
  const picture = { name: 'me.png', mimeType: 'image/png', buffer: newPicture(300, 200) }
  await stage.hand.give(stage.button('Change picture'), picture)
  await stage.hand.press(stage.button('Use picture'))
  await stage.hand.press(stage.button('Apply'))
  await stage.page
    .getByRole('region', { name: 'Changes that do not count yet' })
    .waitFor({ state: 'detached' })
  const own = await ground.owner.get('/api/v1/accounts/verify_credentials')
  assert.equal(String(own['display_name']), stage.own('Robin'))
  assert.match(String(own['avatar']), /\/media\//)
})

flow('name an older account of mine', { path: '/settings/privacy' }, async (stage) => {
  const older = `@older_${stage.who}@peer.example`
  ground.home.peer.actor(`older_${stage.who}`)
  await stage.hand.write(stage.page.getByLabel('Handle of the older account'), older)
  await stage.hand.press(stage.button('Add name'))
  await stage.button(new RegExp(`^Remove .*older_${stage.who}`)).waitFor()
})

flow('add a second identity', { path: '/identities' }, async (stage) => {
  await stage.hand.write(stage.page.getByLabel('User name'), `garden_${stage.who}`)
  await stage.hand.press(stage.button('Add identity'))
  await stage.page.getByText(`@garden_${stage.who}@home.example`).waitFor()
})

flow('import people I follow, and export them', { path: '/imports' }, async (stage) => {
  const fay = ground.home.peer.actor(`fay_${stage.who}`)
  const csv = `Account address,Show boosts\n${fay.handle.replace(/^@/, '')},true\n`
  await stage.hand.give(stage.button('Choose file'), {
    name: 'following.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(csv),
  })
  await stage.page.getByText('1 line will be taken in.').waitFor()
  await stage.hand.press(stage.button('Begin import'))
  await stage.page.getByText('1 of 1 done, 0 failed').first().waitFor({ timeout: 60_000 })
  await stage.page.goto(`${ground.home.origin}/exports`)
  const saving = stage.page.waitForEvent('download')
  await stage.hand.press(stage.button('Save People you follow'))
  assert.match(await readFile(await (await saving).path(), 'utf8'), /ana@peer\.example/)
})

flow('read the address of my home for a phone', {}, async (stage) => {
  await stage.goTo('Settings')
  await stage.hand.press(stage.page.getByRole('link', { name: 'Apps and devices' }))
  await stage.hand.press(stage.page.locator('#phone').getByRole('link', { name: /Open/ }))
  await stage.page.getByRole('img', { name: 'QR code of https://home.example' }).waitFor()
})

flow('sign another browser out', { path: '/sign-in' }, async (stage) => {
  const other = await ground.browser.openPage()
  await ground.home.enters(other.page)
  await stage.page.reload()
  await stage.hand.press(stage.button(/^Sign out everywhere else/))
  await stage.button(/^Sign out everywhere else/).waitFor({ state: 'detached' })
  await other.page.goto(`${ground.home.origin}/home`)
  await other.page.getByRole('heading', { name: 'Welcome back' }).waitFor()
  await other.context.close()
  await ground.owner.signIn()
})

flow('set up a second step with recovery codes, and turn it off', { path: '/sign-in' }, async (stage) => {
  await stage.proves()
  await stage.hand.press(stage.button('Set up'))
  const key = (await stage.page.locator('code[dir=ltr]').first().textContent()) ?? ''
  const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
  await stage.hand.write(stage.page.getByLabel('Code that the app shows now'), totp.generate())
  await stage.hand.press(stage.button('Turn on'))
  const codes = stage.page.getByRole('group', { name: 'Recovery codes' }).getByRole('listitem')
  await codes.first().waitFor()
  assert.equal(await codes.count(), 10)
  await stage.hand.press(stage.button('I have kept them'))
  await stage.page.getByText('10 recovery codes are left.').waitFor()
  await stage.hand.press(stage.button('Turn off'))
  await stage.button('Set up').waitFor()
})

flow('change the password', { path: '/sign-in' }, async (stage) => {
  await stage.proves()
  await stage.hand.write(stage.page.getByLabel('New password'), ground.home.home.password)
  await stage.hand.press(stage.button('Change password'))
  await stage.page.getByText('The password is changed.').waitFor()
  await ground.owner.signIn()
  await ground.signIn()
})
