/** The post that another quotes, as far as its author agreed and strangers may see it. */
import type { Status } from '../../../contracts/status.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'
import { WORDS } from '../words.ts'
import { mediaOf } from './media.ts'
import { dayTime } from './moment.ts'
import { type PostScope, linkToPost, textOf } from './post-text.ts'
import { whoLink } from './who.ts'

export function quoteOf(scope: PostScope, { quote }: Status): Html | false {
  if (quote === null) return false
  const quoted = 'quoted_status' in quote ? quote.quoted_status : null
  if (quoted !== null) return shownQuote(scope, quoted)
  const words = quote.state === 'pending' ? WORDS.quote.pending : WORDS.quote.hidden
  return markup`<p class="quote none">${words}</p>`
}

function shownQuote(scope: PostScope, quoted: Status): Html {
  const { account, spoiler_text: warning, sensitive: isSensitive } = quoted
  const author = whoLink(scope, account, 'p-author')
  const media = mediaOf(quoted.media_attachments)
  const inner = markup`${textOf(quoted)}${isSensitive && warning === '' ? null : media}${quoted.quote !== null && markup`<p class="meta">${WORDS.quote.more}</p>`}`
  const body =
    warning === ''
      ? inner
      : markup`<details class="cw"><summary data-show="${WORDS.post.show}" data-hide="${WORDS.post.hide}"><bdi>${warning}</bdi></summary>${inner}</details>`
  return markup`<article class="quote h-cite u-quotation-of" aria-label="${WORDS.quote.label}">${author}${body}<p class="meta">${linkToPost(scope, quoted, dayTime(quoted.created_at, 'dt-published'))}</p></article>`
}
