/** Files of an entry in the words of Media RSS, which readers of RSS and of Atom know. @see https://www.rssboard.org/media-rss */
import type { FeedItem } from './feed.ts'
import { type XmlElement, element } from './xml.ts'

export const MEDIA_NAMESPACE = 'http://search.yahoo.com/mrss/'

export function mediaElements({ files, isSensitive }: FeedItem): XmlElement[] {
  return files.map((file) =>
    element(
      'media:content',
      {
        url: file.url,
        type: file.mediaType,
        medium: file.kind,
        fileSize: file.bytes,
        width: file.width,
        height: file.height,
        duration: file.durationSeconds === null ? null : Math.round(file.durationSeconds),
      },
      element('media:rating', { scheme: 'urn:simple' }, isSensitive ? 'adult' : 'nonadult'),
      file.description === '' ? null : element('media:description', { type: 'plain' }, file.description),
      file.previewUrl === null ? null : element('media:thumbnail', { url: file.previewUrl }),
    ),
  )
}
