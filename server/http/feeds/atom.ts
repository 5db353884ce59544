/** A feed as Atom. @see RFC 4287 */
import { type Feed, type FeedAuthor, type FeedItem, titleOf } from './feed.ts'
import { MEDIA_NAMESPACE, mediaElements } from './media-elements.ts'
import { type XmlElement, element, textElement, xmlDocument } from './xml.ts'

export const ATOM_TYPE = 'application/atom+xml; charset=utf-8'
export const ATOM_NAMESPACE = 'http://www.w3.org/2005/Atom'

export function atomDocument(feed: Feed): string {
  const root = element(
    'feed',
    { xmlns: ATOM_NAMESPACE, 'xmlns:media': MEDIA_NAMESPACE, 'xml:lang': feed.language },
    element('id', {}, feed.urls.atom),
    element('title', {}, feed.title),
    textElement('subtitle', feed.description),
    element('updated', {}, feed.changedAt.toISOString()),
    linkOf('self', 'application/atom+xml', feed.urls.atom),
    linkOf('alternate', 'text/html', feed.pageUrl),
    feed.author === null ? null : element('icon', {}, feed.author.image),
    feed.author === null ? null : authorOf(feed.author),
    element('generator', {}, 'Homebird'),
    ...feed.items.map(entryOf),
  )
  return xmlDocument(root)
}

function entryOf(item: FeedItem): XmlElement {
  return element(
    'entry',
    { 'xml:lang': item.language },
    element('id', {}, item.id),
    element('title', {}, titleOf(item)),
    element('published', {}, item.publishedAt.toISOString()),
    element('updated', {}, (item.editedAt ?? item.publishedAt).toISOString()),
    linkOf('alternate', 'text/html', item.url),
    authorOf(item.author),
    item.warning === '' ? null : element('summary', {}, `Content warning: ${item.warning}`),
    element('content', { type: 'html' }, item.html),
    ...item.categories.map((term) => element('category', { term })),
    ...item.files.map(({ url, mediaType, bytes, description }) =>
      element('link', {
        rel: 'enclosure',
        type: mediaType,
        href: url,
        length: bytes,
        title: description === '' ? null : description,
      }),
    ),
    ...mediaElements(item),
  )
}

const linkOf = (rel: string, type: string, href: string): XmlElement => element('link', { rel, type, href })

const authorOf = ({ name, url }: FeedAuthor): XmlElement =>
  element('author', {}, element('name', {}, name), element('uri', {}, url))
