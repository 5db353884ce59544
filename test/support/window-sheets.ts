/** What opens over a page of reading or writing: the palette, menus, questions, the viewer, the composer with everything open. */
import type { Page } from 'playwright-core'
import { newPicture } from './pictures.ts'
import { until } from './until.ts'
import type { WindowScene } from './window-scene.ts'
import { walkTo } from './window-walk.ts'
import type { Words } from './window-words.ts'

export type OpenSheet = (page: Page, scene: WindowScene, say: Words) => Promise<void>

export const press = async (page: Page, name: string | RegExp): Promise<void> =>
  page
    .getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
    .first()
    .click()
const dialog = async (page: Page): Promise<void> =>
  page.getByRole('dialog').or(page.getByRole('alertdialog')).first().waitFor()
const menu = async (page: Page): Promise<void> => page.getByRole('menu').first().waitFor()
const text = (page: Page, say: Words) => page.getByLabel(say('composer.text'), { exact: true })

const PARTS = ['composer.add_poll', 'composer.add_warning', 'composer.add_time'] as const
/** By the key: on a small screen the row that sends may lie over it. */
const turns = async (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).first().press('Enter')

/** The home keeps the draft, also for the next window: what an earlier sheet has put into it is taken out. */
async function beginsDraft(page: Page, scene: WindowScene, say: Words): Promise<void> {
  await walkTo(page, 'home', scene)
  await walkTo(page, 'write', scene)
  await text(page, say).fill('')
  for (const part of PARTS) {
    const button = page.getByRole('button', { name: say(part), exact: true }).first()
    if ((await button.getAttribute('aria-pressed')) === 'true') await button.press('Enter')
  }
  const files = page.getByRole('button', { name: say.like('writing.remove_file') })
  while ((await files.count()) > 0) await files.first().click()
}

async function addsPictures(page: Page, scene: WindowScene, say: Words): Promise<void> {
  await beginsDraft(page, scene, say)
  const file = (name: string) => ({ name, mimeType: 'image/png', buffer: newPicture(400, 300) })
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([file('walk.png'), file('rain.png')])
  await page
    .getByRole('button', { name: new RegExp(`^${say('writing.add_alt')}`) })
    .nth(1)
    .waitFor()
}

async function asksAboutPerson(
  page: Page,
  scene: WindowScene,
  say: Words,
  act: string | RegExp,
): Promise<void> {
  await opensProfileMenu(page, scene, say)
  await page.getByRole('menuitem', { name: act }).first().click()
  await dialog(page)
}

async function opensProfileMenu(page: Page, scene: WindowScene, say: Words): Promise<void> {
  await walkTo(page, 'person', scene)
  await press(page, say.like('profile.more'))
  await menu(page)
}

async function opensPostMenu(page: Page, scene: WindowScene, say: Words): Promise<void> {
  await walkTo(page, 'home', scene)
  await page
    .getByRole('article')
    .first()
    .getByRole('button', { name: say('post.menu') })
    .click()
  await menu(page)
}

/** Beside the page where there is room, else as a page. */
async function opensThread(page: Page, words: string): Promise<void> {
  const post = page.getByRole('main').getByRole('article').filter({ hasText: words }).last()
  await until(`${words} is drawn`, async () => {
    if ((await post.count()) > 0) return true
    await page.evaluate('window.scrollBy({ top: innerHeight / 2, behavior: "instant" })')
    return false
  })
  await post
    .getByText(words)
    .first()
    .click({ position: { x: 4, y: 8 } })
  await page.locator('[aria-current] [data-entry-id]').first().waitFor()
  await until('the thread has settled', async () =>
    page.evaluate<boolean>(`document.querySelector('[class*="spinner"]') === null`),
  )
}

/** By the names under which `npm run screenshots` knows them; each begins wherever the one before has ended. */
export const READING_SHEETS = {
  palette: async (page, scene) => {
    await walkTo(page, 'home', scene)
    await page.keyboard.press('Control+k')
    await dialog(page)
    await page.keyboard.type('li')
  },
  legend: async (page, scene) => {
    await walkTo(page, 'home', scene)
    await page.keyboard.press('?')
    await dialog(page)
  },
  postMenu: opensPostMenu,
  deliveries: async (page, scene, say) => {
    await walkTo(page, 'post', scene)
    await page
      .getByRole('main')
      .getByRole('article')
      .first()
      .getByRole('button', { name: say('post.menu') })
      .click()
    await page.getByRole('menuitem', { name: say('menu.deliveries') }).click()
    await dialog(page)
  },
  versions: async (page, scene, say) => {
    await opensPostMenu(page, scene, say)
    await page.getByRole('menuitem', { name: say('menu.history') }).click()
    await dialog(page)
  },
  filterPost: async (page, scene, say) => {
    await opensPostMenu(page, scene, say)
    await page.getByRole('menuitem', { name: say('menu.filter') }).click()
    await dialog(page)
  },
  profileMenu: opensProfileMenu,
  mute: async (page, scene, say) => asksAboutPerson(page, scene, say, say('people.mute')),
  block: async (page, scene, say) => asksAboutPerson(page, scene, say, say('people.block')),
  report: async (page, scene, say) => asksAboutPerson(page, scene, say, say('profile.report')),
  personLists: async (page, scene, say) => asksAboutPerson(page, scene, say, say('profile.lists')),
  newList: async (page, scene, say) => {
    await walkTo(page, 'lists', scene)
    await press(page, say('lists.make'))
    await dialog(page)
  },
  threadColumn: async (page, scene) => {
    await walkTo(page, 'home', scene)
    await opensThread(page, 'The first apricots')
  },
  threadColumnReply: async (page, scene) => {
    await walkTo(page, 'home', scene)
    await walkTo(page, 'notifications', scene)
    await opensThread(page, 'Send me a basket')
    await page.keyboard.press('j')
    await page.keyboard.press('r')
    await page.locator('form [class*="reply"]').first().waitFor()
    await page.locator('textarea').first().fill('The basket stands at the door')
  },
  viewer: async (page, scene) => {
    await walkTo(page, 'home', scene)
    const picture = page.getByRole('button', { name: /Evening light over the valley/ }).first()
    // On a small screen it stands below what is drawn.
    await until('the picture is drawn', async () => {
      if ((await picture.count()) > 0) return true
      await page.evaluate('window.scrollBy({ top: innerHeight / 2, behavior: "instant" })')
      return false
    })
    await picture.press('Enter')
    await dialog(page)
  },
  visibility: async (page, scene, say) => {
    await beginsDraft(page, scene, say)
    await press(page, say.like('visibility.label'))
    await menu(page)
  },
  suggestions: async (page, scene, say) => {
    await beginsDraft(page, scene, say)
    await text(page, say).pressSequentially('A walk with @a')
    await page.getByRole('option').first().waitFor()
  },
  emojiPicker: async (page, scene, say) => {
    await beginsDraft(page, scene, say)
    await press(page, say('composer.add_emoji'))
    await dialog(page)
  },
  composer: async (page, scene, say) => {
    await beginsDraft(page, scene, say)
    await text(page, say).fill('A walk in the rain, and two pictures from it #garden')
    for (const part of PARTS) await turns(page, say(part))
  },
  composerOptions: async (page, scene, say) => {
    await beginsDraft(page, scene, say)
    await turns(page, say('composer.options'))
    await page.getByLabel(say('writing.hold')).first().waitFor()
  },
  composerMedia: addsPictures,
  altText: async (page, scene, say) => {
    await addsPictures(page, scene, say)
    await press(page, new RegExp(`^${say('writing.add_alt')}`))
    await dialog(page)
  },
} as const satisfies Record<string, OpenSheet>
