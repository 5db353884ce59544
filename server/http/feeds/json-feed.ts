/** A feed as JSON Feed 1.1. @see https://www.jsonfeed.org/version/1.1/ */
import type { Feed, FeedAuthor, FeedFile, FeedItem } from './feed.ts'

export const JSON_FEED_TYPE = 'application/feed+json; charset=utf-8'

/** What is undefined is left out of the document. */
export function jsonFeed(feed: Feed): object {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.pageUrl,
    feed_url: feed.urls.json,
    description: feed.description,
    icon: feed.author?.image,
    authors: feed.author === null ? undefined : [authorOf(feed.author)],
    language: feed.language ?? undefined,
    items: feed.items.map(itemOf),
  }
}

function itemOf(item: FeedItem): object {
  const picture = item.isSensitive ? undefined : item.files.find(({ kind }) => kind === 'image')
  return {
    id: item.id,
    url: item.url,
    content_html: item.html,
    summary: item.warning === '' ? undefined : `Content warning: ${item.warning}`,
    image: picture?.url,
    date_published: item.publishedAt.toISOString(),
    date_modified: item.editedAt?.toISOString(),
    authors: [authorOf(item.author)],
    tags: item.categories.length === 0 ? undefined : item.categories,
    language: item.language ?? undefined,
    attachments: item.files.length === 0 ? undefined : item.files.map(attachmentOf),
    _homebird: item.isSensitive
      ? { about: 'https://www.npmjs.com/package/homebird', sensitive: true }
      : undefined,
  }
}

const authorOf = ({ name, url, image }: FeedAuthor): object => ({ name, url, avatar: image })

const attachmentOf = (file: FeedFile): object => ({
  url: file.url,
  mime_type: file.mediaType,
  title: file.description === '' ? undefined : file.description,
  size_in_bytes: file.bytes ?? undefined,
  duration_in_seconds: file.durationSeconds ?? undefined,
})
