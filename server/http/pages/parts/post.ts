/** One post as it stands in a list, in a thread, or alone. */
import type { Status } from '../../../contracts/status.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'
import { WORDS, momentWord, numberWord } from '../words.ts'
import { cardOf } from './card.ts'
import { emojiText } from './emoji.ts'
import { BOOST, PIN, REPLY } from './icons.ts'
import { mediaOf } from './media.ts'
import { dayTime, minuteTime } from './moment.ts'
import { pollOf } from './poll.ts'
import { type PostScope, linkToPost, textOf } from './post-text.ts'
import { quoteOf } from './quote.ts'
import { isOurs, linkTo, nameHtml, nameOf, ownPath, whoLink } from './who.ts'

interface PostLook {
  readonly isPinned?: boolean
  /** How far a reply is moved in; 0 for none. */
  readonly depth?: number
  /** Address of the post that it answers, where that is known. */
  readonly answers?: string | undefined
}

/** A post, or a boost around one. */
export function postOf(scope: PostScope, status: Status, look: PostLook = {}): Html {
  const shown = status.reblog ?? status
  const isOwn = isOurs(shown.account, scope.origin)
  const depth = look.depth ?? 0
  const moved = depth > 0 && ` deep d${depth}`
  const inner = markup`${authorOf(scope, shown)}${bodyOf(scope, shown)}<p class="meta">${linkToPost(scope, shown, dayTime(shown.created_at, 'dt-published'))}${editedOf(shown)}${scope.showsCounts && countsOf(shown)}${silentOf(scope, shown, look.answers)}</p>`
  const content =
    status.reblog === null ? inner : markup`<div class="boosted u-repost-of h-cite">${inner}</div>`
  return markup`<article class="post h-entry${moved}"${!isOwn && markup` data-nosnippet`}>${marksOf(scope, status, look)}${content}</article>`
}

/** The post that the page is about, larger and with everything that is known of it. */
export function mainPostOf(scope: PostScope, status: Status, act: Html, look: PostLook = {}): Html {
  const { edited_at: editedAt } = status
  const edited = editedAt !== null && markup` · ${WORDS.post.edited} ${minuteTime(editedAt, 'dt-updated')}`
  return markup`<article class="post main h-entry">${authorOf({ ...scope, hostId: null }, status)}${marksOf(scope, status, {})}${bodyOf(scope, status)}<p class="meta">${linkToPost(scope, status, minuteTime(status.created_at, 'dt-published'))}${edited}${silentOf(scope, status, look.answers)}</p>${scope.showsCounts && tallyOf(scope, status)}<p>${act}</p></article>`
}

function marksOf(scope: PostScope, status: Status, { isPinned = false }: PostLook): Html | false {
  if (status.reblog !== null) {
    return markup`<p class="mark">${BOOST}<span><bdi>${nameHtml(status.account)}</bdi> ${WORDS.post.boosted}</span>${dayTime(status.created_at, 'dt-published')}${silentAuthor(scope, status)}</p>`
  }
  const answered = answeredOf(scope, status)
  if (!isPinned && answered === null) return false
  return markup`<p class="mark">${isPinned && markup`${PIN}<span>${WORDS.post.pinned}</span>`}${answered}</p>`
}

/** Whom it answers, as far as the post says; to oneself a thread is told. */
function answeredOf(scope: PostScope, status: Status): Html | null {
  const answeredId = status.in_reply_to_account_id
  if (answeredId === null || answeredId === status.account.id) return null
  const answered = status.mentions.find(({ id }) => id === answeredId)
  if (answered === undefined) return null
  return markup`${REPLY}<span>${WORDS.post.answering} <a${linkTo(answered.url, scope.origin)}><bdi>@${answered.acct}</bdi></a></span>`
}

function authorOf(scope: PostScope, { account }: Status): Html | false {
  if (account.id === scope.hostId) return false
  return whoLink(scope, account, 'p-author')
}

/** For machines, where the page says it once for all posts on it. */
const silentAuthor = (scope: PostScope, { account }: Status): Html =>
  markup`<a class="p-author h-card"${linkTo(account.url, scope.origin)} hidden>${nameOf(account)}</a>`

/** Behind a warning is what its author put there; sensitive media are shown when they are asked for. */
function bodyOf(scope: PostScope, status: Status): Html {
  const { spoiler_text: warning, sensitive: isSensitive } = status
  const media = mediaOf(status.media_attachments)
  const text = textOf(status)
  const rest = markup`${status.poll !== null && pollOf(status.poll)}${quoteOf(scope, status)}${media === null && status.quote === null && status.card !== null && cardOf(status.card)}`
  if (warning !== '') {
    return markup`<details class="cw"><summary data-show="${WORDS.post.show}" data-hide="${WORDS.post.hide}"><bdi class="p-summary">${emojiText(warning, status.emojis)}</bdi></summary>${text}${media}${rest}</details>`
  }
  if (!isSensitive || media === null) return markup`${text}${media}${rest}`
  return markup`${text}<details class="veil"><summary data-show="${WORDS.post.show}" data-hide="${WORDS.post.hide}"><b>${WORDS.post.sensitive}</b></summary>${media}</details>${rest}`
}

const editedOf = ({ edited_at: editedAt }: Status): Html | false =>
  editedAt !== null &&
  markup` · <time class="dt-updated" datetime="${editedAt}" title="${momentWord(editedAt)}">${WORDS.post.edited}</time>`

/** What machines look for and people see elsewhere on the page. */
function silentOf(scope: PostScope, status: Status, answers: string | undefined): Html {
  const { account, tags } = status
  const author = account.id === scope.hostId && silentAuthor(scope, status)
  const answered =
    answers !== undefined && markup`<a class="u-in-reply-to"${linkTo(answers, scope.origin)} hidden></a>`
  return markup`${author}${answered}${tags.map(({ name }) => markup`<data class="p-category" value="${name}"></data>`)}`
}

const KINDS = [
  ['replies_count', 'replies', null],
  ['reblogs_count', 'boosts', 'reblogs'],
  ['quotes_count', 'quotes', null],
  ['favourites_count', 'favourites', 'favourites'],
] as const

/** Nothing is said of what nobody did. */
const countsOf = (status: Status): Html =>
  markup`${KINDS.map(([field, kind]) => status[field] > 0 && markup` · ${numberWord(status[field])} ${WORDS.post[kind](status[field])}`)}`

/** Who boosted and liked is told where the numbers are. */
function tallyOf(scope: PostScope, status: Status): Html | false {
  const known = KINDS.filter(([field]) => status[field] > 0)
  if (known.length === 0) return false
  const page = ownPath(status.url ?? status.uri, scope.origin)
  const items = known.map(([field, kind, path]) => {
    const words = markup`<b>${numberWord(status[field])}</b> ${WORDS.post[kind](status[field])}`
    return markup`<li>${path === null ? words : markup`<a href="${page}/${path}" rel="nofollow">${words}</a>`}</li>`
  })
  return markup`<ul class="tally">${items}</ul>`
}
