/** Every page of the window: its address in a home with something in it, and how to know that it is all there. */
import type { Page } from 'playwright-core'
import { ROUTES, type RouteName } from '../../renderer/app/routes.ts'
import { until } from './until.ts'
import type { WindowScene } from './window-scene.ts'

interface WalkedPage {
  /** Where it stands; without it, the path of the route, which then has no parameter. */
  readonly path?: (scene: WindowScene) => string
  /** Words or a role that show that the page has its content, beyond its heading. */
  readonly isReady?: (page: Page) => Promise<void>
  /** Where there is room it stands at the side of this one. */
  readonly shownBeside?: RouteName
}

const withText =
  (words: string | RegExp) =>
  async (page: Page): Promise<void> =>
    page.getByRole('main').getByText(words).first().waitFor()

/** Which one stands on top is of no account: on a small screen few are drawn. */
const withPost = async (page: Page): Promise<void> => page.getByRole('article').first().waitFor()

/** One row for each route; a test fails when one is missing. */
export const WALK: Readonly<Record<RouteName, WalkedPage>> = {
  home: { isReady: withPost },
  local: { isReady: withText('apricots') },
  federated: { isReady: withPost },
  tag: { path: () => '/tags/garden', isReady: withText('apricots') },
  links: { path: () => '/links?url=https%3A%2F%2Fferns.example%2Fdicksonia' },
  post: { path: ({ threadPostId }) => `/posts/${threadPostId}`, isReady: withText('Send me a basket') },
  postBoosts: { path: ({ ownPostId }) => `/posts/${ownPostId}/boosts`, isReady: withText('Ana Marić') },
  postFavourites: {
    path: ({ ownPostId }) => `/posts/${ownPostId}/favourites`,
    isReady: withText('Ana Marić'),
  },
  postQuotes: { path: ({ ownPostId }) => `/posts/${ownPostId}/quotes` },
  person: { path: ({ personId }) => `/people/${personId}`, isReady: withText('Ferns, mostly.') },
  followers: { path: ({ ownId }) => `/people/${ownId}/followers`, isReady: withText('Ana Marić') },
  following: { path: ({ ownId }) => `/people/${ownId}/following`, isReady: withText('Ana Marić') },
  notifications: { isReady: withText('Send me a basket') },
  notificationRequests: {},
  mentions: { isReady: withText('between you and me') },
  lists: { isReady: withText('Botanists') },
  list: { path: ({ listId }) => `/lists/${listId}`, isReady: withPost },
  listPeople: { path: ({ listId }) => `/lists/${listId}/people`, isReady: withText('Ana Marić') },
  bookmarks: { isReady: withPost },
  favourites: { isReady: withPost },
  followedHashtags: { isReady: withText('garden') },
  followRequests: {},
  filters: { isReady: withText('Spiders') },
  filter: { path: ({ filterId }) => `/filters/${filterId}` },
  search: { path: () => '/search?q=%40ana%40peer.example', isReady: withText('Ana Marić') },
  write: { shownBeside: 'home' },
  drafts: {},
  scheduled: { isReady: withText('Good morning from yesterday') },
  you: {},
  signIn: {},
  settings: {},
  settingsGroup: { path: () => '/settings/appearance' },
  emoji: {},
  identities: { isReady: withText('robin') },
  connectPhone: {},
  blockLists: {},
  imports: {},
  exports: {},
  farewell: { isReady: withText('robin') },
  reports: {},
  address: { isReady: async (page) => page.getByRole('main').getByRole('list').first().waitFor() },
  status: {},
  work: {},
  logs: {},
  inspector: {},
  storage: {},
  doctor: {},
  backups: {},
  updates: {},
  licences: { isReady: withText('react-aria-components') },
  handbook: { isReady: withText('Your first hour') },
  handbookTopic: { path: () => '/handbook/troubleshooting', isReady: withText('HOST_REWRITTEN') },
  restore: {},
}

export const WALKED = Object.keys(ROUTES) as readonly RouteName[]

export function pathOf(name: RouteName, scene: WindowScene): string {
  return WALK[name].path?.(scene) ?? ROUTES[name]
}

/** As a link inside the window does: nothing is loaded anew. */
export async function walkTo(page: Page, name: RouteName, scene: WindowScene): Promise<void> {
  const path = pathOf(name, scene)
  await settle(page, path)
  await untilReady(page, name, path)
}

/** Goes to an address inside the window, whatever is found there, until nothing loads any more. */
export async function settle(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`)
  // Asked through the debugger: the content policy lets no page wait for a function.
  await until(`${path} has settled`, async () => page.evaluate<boolean>(HAS_SETTLED))
}

/** @throws when the page leads elsewhere, shows no heading, or still loads after a while */
export async function untilReady(page: Page, name: RouteName, path: string): Promise<void> {
  // Asked through the debugger: the content policy lets no page wait for a function.
  await until(`${path} has settled`, async () => page.evaluate<boolean>(HAS_SETTLED))
  const shown = await page.evaluate<string>('location.pathname')
  const wanted = path.split('?')[0] ?? path
  if (shown !== wanted) throw new Error(`${wanted} leads to ${shown}: the window has no such page`)
  const headings = await page.getByRole('main').getByRole('heading', { level: 1 }).count()
  if (headings !== 1) throw new Error(`${wanted} has ${headings} headings of the first level`)
  await WALK[name].isReady?.(page)
}

/** Runs in the page: a heading, and nothing in the middle that still turns. */
const HAS_SETTLED = `document.querySelector('main h1') !== null && document.querySelector('main [class*="spinner"]') === null`
