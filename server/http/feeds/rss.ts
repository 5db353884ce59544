/**
 * A feed as RSS 2.0. Posts have no titles, and get none: readers show their text. What a reader shows before the entry is
 * opened is the warning, where there is one.
 * @see https://www.rssboard.org/rss-specification, RSS 1.0 modules content and dc
 */
import { escapeHtml } from '../../domain/text/escape-html.ts'
import { shortenText } from '../../domain/text/shorten.ts'
import type { Feed, FeedItem } from './feed.ts'
import { MEDIA_NAMESPACE, mediaElements } from './media-elements.ts'
import { ATOM_NAMESPACE } from './atom.ts'
import { type XmlElement, element, textElement, xmlDocument } from './xml.ts'

export const RSS_TYPE = 'application/rss+xml; charset=utf-8'

const NAMESPACES = {
  'xmlns:atom': ATOM_NAMESPACE,
  'xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
  'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
  'xmlns:media': MEDIA_NAMESPACE,
}
const SUMMARY_LENGTH = 500
/** For readers that do not mind the headers. */
const TTL_MINUTES = 15

export function rssDocument(feed: Feed): string {
  return xmlDocument(element('rss', { version: '2.0', ...NAMESPACES }, channelOf(feed)))
}

function channelOf(feed: Feed): XmlElement {
  const link = (rel: string, type: string, href: string): XmlElement =>
    element('atom:link', { rel, type, href })
  return element(
    'channel',
    {},
    element('title', {}, feed.title),
    element('link', {}, feed.pageUrl),
    element('description', {}, escapeHtml(feed.description)),
    link('self', 'application/rss+xml', feed.urls.rss),
    link('alternate', 'application/atom+xml', feed.urls.atom),
    textElement('language', feed.language),
    element('lastBuildDate', {}, feed.changedAt.toUTCString()),
    element('generator', {}, 'Homebird'),
    element('docs', {}, 'https://www.rssboard.org/rss-specification'),
    element('ttl', {}, String(TTL_MINUTES)),
    feed.author === null
      ? null
      : element(
          'image',
          {},
          element('url', {}, feed.author.image),
          element('title', {}, feed.title),
          element('link', {}, feed.pageUrl),
        ),
    ...feed.items.map(itemOf),
  )
}

function itemOf(item: FeedItem): XmlElement {
  const [first] = item.files
  return element(
    'item',
    {},
    element('link', {}, item.url),
    element('guid', { isPermaLink: 'false' }, item.id),
    element('pubDate', {}, item.publishedAt.toUTCString()),
    item.editedAt === null ? null : element('atom:updated', {}, item.editedAt.toISOString()),
    element('dc:creator', {}, item.author.name),
    textElement('dc:language', item.language),
    element('description', {}, summaryOf(item)),
    element('content:encoded', {}, item.html),
    // Readers take one at most; the others know `media:content`.
    first === undefined
      ? null
      : element('enclosure', { url: first.url, length: first.bytes ?? 0, type: first.mediaType }),
    ...mediaElements(item),
    ...item.categories.map((name) => element('category', {}, name)),
  )
}

/** As HTML, which it is everywhere. */
function summaryOf({ warning, text }: FeedItem): string {
  const plain = warning === '' ? shortenText(text, SUMMARY_LENGTH) : `Content warning: ${warning}`
  return escapeHtml(plain).replaceAll('\n', '<br>')
}
