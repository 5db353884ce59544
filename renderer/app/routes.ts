/** The pages of the window, by name; the same paths that the home answers with the window. */
import type { WINDOW_PATHS } from '../../server/contracts/owner-api.ts'

type WindowPath = (typeof WINDOW_PATHS)[number]

export const ROUTES = {
  home: '/home',
  search: '/search',
  write: '/write',
  you: '/you',
  signIn: '/sign-in',
} as const satisfies Record<string, WindowPath>

export function searchPath(words: string): string {
  return words === '' ? ROUTES.search : `${ROUTES.search}?q=${encodeURIComponent(words)}`
}
