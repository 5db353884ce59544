/** The pages of the window, by name; the same paths that the home answers with the window. */
import type { WINDOW_PATHS } from '../../server/contracts/owner-api.ts'

export type WindowPath = (typeof WINDOW_PATHS)[number]

export const ROUTES = {
  home: '/home',
  local: '/local',
  federated: '/federated',
  tag: '/tags/:tag',
  links: '/links',
  post: '/posts/:id',
  postBoosts: '/posts/:id/boosts',
  postFavourites: '/posts/:id/favourites',
  postQuotes: '/posts/:id/quotes',
  person: '/people/:id',
  followers: '/people/:id/followers',
  following: '/people/:id/following',
  notifications: '/notifications',
  notificationRequests: '/notifications/requests',
  mentions: '/mentions',
  lists: '/lists',
  list: '/lists/:id',
  listPeople: '/lists/:id/people',
  bookmarks: '/bookmarks',
  favourites: '/favourites',
  followedHashtags: '/followed-hashtags',
  followRequests: '/follow-requests',
  filters: '/filters',
  filter: '/filters/:id',
  search: '/search',
  write: '/write',
  drafts: '/drafts',
  scheduled: '/scheduled',
  you: '/you',
  signIn: '/sign-in',
  settings: '/settings',
  settingsGroup: '/settings/:group',
  identities: '/identities',
  emoji: '/emoji',
  connectPhone: '/connect-phone',
  blockLists: '/block-lists',
  imports: '/imports',
  exports: '/exports',
  farewell: '/farewell',
  reports: '/reports',
  address: '/address',
  status: '/status',
  work: '/status/work',
  logs: '/logs',
  inspector: '/inspector',
  storage: '/storage',
  doctor: '/doctor',
  backups: '/backups',
  updates: '/updates',
  licences: '/licences',
  handbook: '/handbook',
  handbookTopic: '/handbook/:topic',
  restore: '/restore',
} as const satisfies Record<string, WindowPath>

export type RouteName = keyof typeof ROUTES

type ParameterOf<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${string}`
    ? Name
    : Rest
  : never

/** The address of a page with one parameter: `pathTo('post', '112')` is `/posts/112`. */
export function pathTo<Name extends RouteName>(
  name: ParameterOf<(typeof ROUTES)[Name]> extends never ? never : Name,
  value: string,
): string {
  return ROUTES[name].replace(/:\w+/, encodeURIComponent(value))
}

export function searchPath(words: string): string {
  return words === '' ? ROUTES.search : `${ROUTES.search}?q=${encodeURIComponent(words)}`
}
