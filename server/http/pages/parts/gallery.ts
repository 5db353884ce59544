/** Pictures and recordings of many posts, in a grid; each leads to its post. */
import type { MediaAttachment } from '../../../contracts/media-attachment.ts'
import type { Status } from '../../../contracts/status.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'
import { WORDS } from '../words.ts'
import { imageOf } from './media.ts'
import type { PostScope } from './post-text.ts'
import { ownPath } from './who.ts'

export function galleryOf(scope: PostScope, statuses: readonly Status[]): Html {
  const tiles = statuses.flatMap((status) => {
    const page = ownPath(status.url ?? status.uri, scope.origin)
    return status.media_attachments
      .filter(({ url }) => url !== null)
      .map((media) => markup`<li><a href="${page}">${tileOf(status, media)}</a></li>`)
  })
  return markup`<ul class="gallery">${tiles}</ul>`
}

/** What its author put behind a warning is not shown before somebody has read that. */
function tileOf({ spoiler_text: warning, sensitive: isSensitive }: Status, media: MediaAttachment): Html {
  const { video, audio, file, picture } = WORDS.media
  if (warning !== '' || isSensitive)
    return markup`<span class="tile"><bdi>${warning || WORDS.post.sensitive}</bdi></span>`
  const words = media.description ?? ''
  if (media.type === 'image') return imageOf(media, words || picture)
  const kind = media.type === 'audio' ? audio : media.type === 'unknown' ? file : video
  if (media.preview_url === null) return markup`<span class="tile"><bdi>${words || kind}</bdi></span>`
  return markup`${imageOf(media, words || kind)}<span class="kind" aria-hidden="true">${kind}</span>`
}
