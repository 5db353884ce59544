/** The addresses of the shell's own pages, read by the URL parser and compared part by part. */
import { WINDOW_PATHS } from '../../server/contracts/owner-api.ts'

export const APP_SCHEME = 'app'
/** Who a page of ours is, in `initiatorOrigin` and to itself. */
export const APP_ORIGIN = 'app://homebird'
/** The start-up window is another origin: what stands in it reaches nothing of the home. */
export const START_ORIGIN = 'app://start'

export type AppPlace = 'homebird' | 'start'

/** Nothing of ours is longer; a page cannot make us parse without end. */
const MAX_ADDRESS_LENGTH = 8_192

/** @returns null for whatever is no plain address of ours: another scheme, host, port, or one with a name and password */
export function parseAppAddress(address: string): { readonly place: AppPlace; readonly url: URL } | null {
  if (address.length > MAX_ADDRESS_LENGTH || !URL.canParse(address)) return null
  const url = new URL(address)
  const isPlain =
    url.protocol === `${APP_SCHEME}:` && url.port === '' && url.username === '' && url.password === ''
  const { hostname } = url
  return isPlain && (hostname === 'homebird' || hostname === 'start') ? { place: hostname, url } : null
}

/**
 * Origins are told with a closing slash, and as addresses of pages: only scheme and host count.
 * @returns null for what is not ours
 */
export const placeOf = (address: string): AppPlace | null => parseAppAddress(address)?.place ?? null

const PAGES: readonly (readonly string[])[] = WINDOW_PATHS.map((path) => path.split('/'))

/** One of `WINDOW_PATHS`; a parameter stands for one segment that is not empty. */
export function isWindowPath(pathname: string): boolean {
  const given = pathname.split('/')
  return PAGES.some(
    (page) =>
      page.length === given.length &&
      page.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at])),
  )
}

const FORWARDED = /^\/(?:api|media|proxy)\//

/** What is not on disk: asked of the home. */
export const isForwarded = (pathname: string): boolean => FORWARDED.test(pathname)

/** A page of the main window by path and query, as the tray, a menu or a link names it. @returns null for what is none */
export function pageAddress(path: string): string | null {
  const parsed = path.startsWith('/') ? parseAppAddress(`${APP_ORIGIN}${path}`) : null
  return parsed?.place === 'homebird' && isWindowPath(parsed.url.pathname) ? parsed.url.href : null
}
