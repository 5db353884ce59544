/**
 * The pages of a copy: an index and one for each month. Plain files without script, which open from a disk. They are in
 * English, as the public pages are.
 */
import type { Row } from '../../db/tables.ts'
import { outputHtml } from '../actors/entity-scope.ts'
import { type Html, markup, sanitised } from '../text/markup.ts'
import type { OwnPicture } from './own-files.ts'

export const MEDIA_FOLDER = 'media/'

export interface HtmlMonth {
  /** `2024-05` */
  readonly name: string
  readonly posts: number
}

/** A post with what is shown with it. */
export interface HtmlPost {
  readonly post: Pick<
    Row<'posts'>,
    | ('id' | 'uri' | 'page_url' | 'content_html' | 'summary' | 'language' | 'visibility')
    | ('published_at' | 'edited_at' | 'in_reply_to_uri' | 'likes_count' | 'boosts_count' | 'replies_count')
  >
  readonly files: readonly Pick<
    Row<'attachments'>,
    'file_key' | 'kind' | 'description' | 'width' | 'height'
  >[]
  readonly poll: readonly { readonly title: string; readonly votes: number }[]
  /** What it answers, where that is in the copy. */
  readonly answers: { readonly id: string; readonly month: string } | null
  /** What it carries, if it is a boost. */
  readonly boosted: { readonly url: string; readonly handle: string } | null
  /** What it quotes. */
  readonly quotedUri: string | null
}

const months = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
const numbers = new Intl.NumberFormat('en-GB')

export const monthOf = (moment: Date): string => moment.toISOString().slice(0, 7)
const monthWords = (name: string): string => months.format(new Date(`${name}-01T00:00:00Z`))
const momentWords = (moment: Date): string => `${moments.format(moment)} UTC`
const handleOf = ({ username, handle_domain: domain }: Row<'actors'>): string => `@${username}@${domain}`
const nameOf = (identity: Row<'actors'>): string => identity.display_name || identity.username

/** Everything before what differs from page to page. Nothing is fetched, run or sent, wherever the page lies. */
function headOf(title: string): Html {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="script-src 'none'; object-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
`
}

const FOOT = markup`</body>
</html>
`

export interface IndexParts {
  readonly identity: Row<'actors'>
  readonly months: readonly HtmlMonth[]
  readonly avatar: OwnPicture | null
  readonly header: OwnPicture | null
  readonly madeAt: Date
  readonly isPrivate: boolean
}

export function indexPage(parts: IndexParts): string {
  const { identity, avatar, header, madeAt, isPrivate } = parts
  const posts = parts.months.reduce((sum, month) => sum + month.posts, 0)
  const which = isPrivate ? 'every post, private ones too' : 'public posts only'
  return markup`${headOf(`${nameOf(identity)} (${handleOf(identity)})`)}<header>
${
  header !== null &&
  markup`<img class="banner" src="${header.name}" alt="${identity.header_description}">
`
}${
    avatar !== null &&
    markup`<img class="face" src="${avatar.name}" alt="${identity.icon_description}">
`
  }<h1 dir="auto">${nameOf(identity)}</h1>
<p class="soft"><a href="${identity.page_url ?? identity.uri}">${handleOf(identity)}</a></p>
<div dir="auto">${sanitised(outputHtml(identity.bio_html))}</div>
${fieldsOf(identity)}</header>
<main>
<h2>Posts</h2>
${
  posts === 0 &&
  markup`<p>There is none.</p>
`
}<ul class="months">
${parts.months.map(
  (
    month,
  ) => markup`<li><a href="${month.name}.html">${monthWords(month.name)}</a> (${numbers.format(month.posts)})</li>
`,
)}</ul>
</main>
<footer class="soft"><p>${numbers.format(posts)} in all; a copy made on ${momentWords(madeAt)}: ${which}.</p></footer>
${FOOT}`.text
}

function fieldsOf({ fields }: Row<'actors'>): Html | false {
  if (fields.length === 0) return false
  const rows = fields.map(
    ({ name, value }) => markup`<dt dir="auto">${name}</dt><dd dir="auto">${sanitised(outputHtml(value))}</dd>
`,
  )
  return markup`<dl>
${rows}</dl>
`
}

/** The neighbours of a month, by name; null where there is none. */
export interface MonthPlace {
  readonly name: string
  readonly newer: string | null
  readonly older: string | null
}

export function monthHead(identity: Row<'actors'>, month: MonthPlace): string {
  const title = `${monthWords(month.name)}: ${nameOf(identity)}`
  return markup`${headOf(title)}<header>
<h1><bdi>${nameOf(identity)}</bdi>, ${monthWords(month.name)}</h1>
${pagerOf(month)}</header>
<main>
`.text
}

export const monthFoot = (month: MonthPlace): string =>
  markup`</main>
<footer>${pagerOf(month)}</footer>
${FOOT}`.text

function pagerOf({ newer, older }: MonthPlace): Html {
  return markup`<nav class="pager" aria-label="Months"><a href="index.html">All months</a>${
    newer !== null && markup`<a rel="prev" href="${newer}.html">Newer: ${monthWords(newer)}</a>`
  }${older !== null && markup`<a rel="next" href="${older}.html">Older: ${monthWords(older)}</a>`}</nav>
`
}

const VISIBILITIES = {
  public: '',
  unlisted: 'Unlisted',
  followers: 'For followers',
  direct: 'Direct message',
}

export function postHtml(shown: HtmlPost): string {
  const { post, boosted } = shown
  return markup`<article id="p${post.id}">
<p class="soft"><a href="${post.page_url ?? post.uri}"><time datetime="${post.published_at.toISOString()}">${momentWords(post.published_at)}</time></a>${
    post.edited_at !== null && markup` · edited ${momentWords(post.edited_at)}`
  }${VISIBILITIES[post.visibility] !== '' && markup` · ${VISIBILITIES[post.visibility]}`}</p>
${
  boosted === null
    ? bodyOf(shown)
    : markup`<p>Boosted a post by <a href="${boosted.url}"><bdi>${boosted.handle}</bdi></a></p>
`
}</article>
`.text
}

function bodyOf(shown: HtmlPost): Html {
  const { post } = shown
  const inner = markup`${answeredOf(shown)}<div dir="auto"${
    post.language !== null && markup` lang="${post.language}"`
  }>${sanitised(outputHtml(post.content_html))}</div>
${
  shown.quotedUri !== null &&
  markup`<p class="soft">Quotes <a href="${shown.quotedUri}">${shown.quotedUri}</a></p>
`
}${pollOf(shown)}${shown.files.map(fileOf)}`
  return markup`${
    post.summary === ''
      ? inner
      : markup`<details><summary dir="auto">${post.summary}</summary>
${inner}</details>
`
  }<p class="soft">${counted(post.replies_count, 'reply', 'replies')} · ${counted(post.boosts_count, 'boost', 'boosts')} · ${counted(post.likes_count, 'favourite', 'favourites')}</p>
`
}

const counted = (count: number, one: string, more: string): string =>
  `${numbers.format(count)} ${count === 1 ? one : more}`

function answeredOf({ post, answers }: HtmlPost): Html | false {
  if (answers !== null) {
    return markup`<p class="soft">Answers <a href="${answers.month}.html#p${answers.id}">a post of this copy</a></p>
`
  }
  const { in_reply_to_uri: uri } = post
  return (
    uri !== null &&
    markup`<p class="soft">Answers <a href="${uri}">${uri}</a></p>
`
  )
}

function pollOf({ poll }: HtmlPost): Html | false {
  if (poll.length === 0) return false
  const options = poll.map(
    ({ title, votes }) => markup`<li><bdi>${title}</bdi> (${counted(votes, 'vote', 'votes')})</li>
`,
  )
  return markup`<ul>
${options}</ul>
`
}

function fileOf({
  file_key: key,
  kind,
  description,
  width,
  height,
}: HtmlPost['files'][number]): Html | false {
  if (key === null) return false
  const path = `${MEDIA_FOLDER}${key}`
  const words = description ?? ''
  const size = width !== null && height !== null && markup` width="${width}" height="${height}"`
  const caption = words !== '' && markup`<figcaption dir="auto">${words}</figcaption>`
  switch (kind) {
    case 'image':
      return markup`<figure><a href="${path}"><img src="${path}" alt="${words}" loading="lazy"${size}></a></figure>
`
    case 'video':
    case 'gifv':
      return markup`<figure><video src="${path}" controls preload="none"${size}></video>${caption}</figure>
`
    case 'audio':
      return markup`<figure><audio src="${path}" controls preload="none"></audio>${caption}</figure>
`
    case 'unknown':
      return markup`<p><a href="${path}">${words === '' ? 'A file' : words}</a></p>
`
  }
}
