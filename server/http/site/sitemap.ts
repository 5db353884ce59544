/** Sitemaps: an index, and below it one file for the pages of the home and one for each month of each identity. @see https://www.sitemaps.org/protocol.html */
import type { PublishedMonth, PublishedPage } from '../../domain/posts/list-published.ts'
import { type XmlElement, element, textElement, xmlDocument } from '../feeds/xml.ts'

export const SITEMAP_TYPE = 'application/xml; charset=utf-8'
const NAMESPACE = { xmlns: 'http://www.sitemaps.org/schemas/sitemap/0.9' }

export const monthPath = (username: string, month: string): string => `/sitemap/${username}/${month}.xml`
export const HOME_SITEMAP_PATH = '/sitemap/home.xml'

/** @param months  of those who want to be found */
export function sitemapIndex(origin: string, months: readonly PublishedMonth[]): string {
  const entries = months.map(({ username, month, changedAt }) =>
    entry('sitemap', `${origin}${monthPath(username, month)}`, changedAt),
  )
  return xmlDocument(
    element('sitemapindex', NAMESPACE, entry('sitemap', `${origin}${HOME_SITEMAP_PATH}`, null), ...entries),
  )
}

export function sitemap(pages: readonly PublishedPage[]): string {
  return xmlDocument(
    element('urlset', NAMESPACE, ...pages.map(({ url, changedAt }) => entry('url', url, changedAt))),
  )
}

const entry = (name: string, url: string, changedAt: Date | null): XmlElement =>
  element(
    name,
    {},
    element('loc', {}, url),
    textElement('lastmod', changedAt === null ? null : changedAt.toISOString()),
  )
