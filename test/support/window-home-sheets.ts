/** What opens over a page about the home or its settings, and each group of the settings. */
import { SETTING_GROUPS } from '../../renderer/stores/setting-rows.ts'
import { READING_SHEETS, type OpenSheet, press } from './window-sheets.ts'
import { settle, untilReady, walkTo } from './window-walk.ts'

const question = 'alertdialog'

/** `settings-posting` and so on. */
const SETTINGS: Readonly<Record<`settings-${(typeof SETTING_GROUPS)[number]}`, OpenSheet>> =
  Object.fromEntries(
    SETTING_GROUPS.map((group): [string, OpenSheet] => [
      `settings-${group}`,
      async (page) => {
        const path = `/settings/${group}`
        await settle(page, path)
        await untilReady(page, 'settingsGroup', path)
      },
    ]),
  ) as Record<`settings-${(typeof SETTING_GROUPS)[number]}`, OpenSheet>

/** Whoever is one alone has nothing to change between. */
const becomesTwo: OpenSheet = async (page, scene, say) => {
  await walkTo(page, 'identities', scene)
  const remove = page.getByRole('button', { name: say.like('identities.delete_label') })
  // Made in another window perhaps: the list is asked for anew.
  await page.reload()
  await page.getByRole('main').getByRole('listitem').first().waitFor()
  if ((await remove.count()) > 0) return
  await page.getByLabel(say('identities.username'), { exact: true }).fill('gardener')
  await page.getByLabel(say('identities.display_name'), { exact: true }).fill('The Gardener')
  await press(page, say('identities.add'))
  await remove.first().waitFor()
}

const SERVERS = 'bad.example\nworse.example\npeer.example\nnot a server\n'

const HOME_SHEETS = {
  helpBundle: async (page, scene, say) => {
    await walkTo(page, 'status', scene)
    await press(page, say('status.help_bundle'))
    await page.getByRole('dialog').locator('details').first().waitFor()
  },
  blockServer: async (page, scene, say) => {
    await walkTo(page, 'status', scene)
    await press(page, say.like('status.block_label'))
    await page.getByRole(question).waitFor()
  },
  largeChart: async (page, scene, say) => {
    await walkTo(page, 'home', scene)
    await walkTo(page, 'status', scene)
    await press(page, new RegExp(`^${say('series.received')}`))
    await page.locator('[role=img] canvas').waitFor()
  },
  historyTable: async (page, scene, say) => {
    await walkTo(page, 'home', scene)
    await walkTo(page, 'status', scene)
    await press(page, say('status.table'))
    await page.getByRole('table').waitFor()
  },
  activity: async (page, scene, say) => {
    await walkTo(page, 'inspector', scene)
    await press(page, say.like('inspector.open_label'))
    await page.getByRole('main').getByText('@context').first().waitFor()
  },
  workDetails: async (page, scene, say) => {
    await walkTo(page, 'work', scene)
    await page.getByText(say('work.all')).click()
    await press(page, say.like('work.open_label'))
    await page.getByRole('table').first().waitFor()
  },
  clearCache: async (page, scene, say) => {
    await walkTo(page, 'storage', scene)
    await press(page, say.like('storage.clear_label'))
    await page.getByRole(question).waitFor()
  },
  blockFile: async (page, scene, say) => {
    await walkTo(page, 'blockLists', scene)
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name: 'servers.txt', mimeType: 'text/plain', buffer: Buffer.from(SERVERS) })
    await page.getByRole('button', { name: say('blocklists.file_block') }).waitFor()
  },
  token: async (page, scene, say) => {
    await walkTo(page, 'signIn', scene)
    await press(page, say('security.token_make'))
    await page.getByRole('dialog').waitFor()
  },
  addEmoji: async (page, scene, say) => {
    await walkTo(page, 'emoji', scene)
    await press(page, say('own_emoji.add'))
    await page.getByRole('dialog').waitFor()
  },
  identityMenu: async (page, scene, say) => {
    await becomesTwo(page, scene, say)
    // Where there is no side they stand on the page of the person.
    const isNarrow = (page.viewportSize()?.width ?? 0) < 720
    await walkTo(page, isNarrow ? 'you' : 'home', scene)
    if (isNarrow) return
    await press(page, say.like('identity.button'))
    await page.getByRole('menu').waitFor()
  },
  deleteIdentity: async (page, scene, say) => {
    await becomesTwo(page, scene, say)
    await press(page, say.like('identities.delete_label'))
    await page.getByRole(question).waitFor()
  },
} as const satisfies Record<string, OpenSheet>

export const SHEETS = { ...READING_SHEETS, ...SETTINGS, ...HOME_SHEETS }

export const SHEET_NAMES = Object.keys(SHEETS) as readonly (keyof typeof SHEETS)[]
