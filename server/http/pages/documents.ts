/**
 * Public pages as HTML: a profile with its posts, one post, a message. Without script; what people chose to write is
 * escaped or was sanitised, and kept apart from our own words.
 */
import type { Account } from '../../contracts/account.ts'
import type { MediaAttachment } from '../../contracts/media-attachment.ts'
import type { Poll } from '../../contracts/poll.ts'
import type { Status } from '../../contracts/status.ts'
import { linkShowingHost, soleLinkOf } from '../../domain/links/field-link.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'
import { findRemoteUrl } from '../../net/origin.ts'

export const STYLE = `
:root{color-scheme:light dark;--ground:#f4f6f5;--card:#fff;--ink:#1d2724;--quiet:#56635f;--line:#d5dcd9;--act:#17695a}
@media(prefers-color-scheme:dark){:root{--ground:#131817;--card:#1c2321;--ink:#e8eeeb;--quiet:#a2b0ab;--line:#34403c;--act:#63c7b2}}
*{box-sizing:border-box}
body{margin:0;padding:1.5rem 1rem;background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:40rem;margin:0 auto;display:grid;gap:1rem}
header,article{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.25rem;overflow-wrap:anywhere;min-width:0}
h1{font-size:1.35rem;line-height:1.3;margin:0}h2{font-size:1.05rem;margin:.5rem 0 0}
a{color:var(--act)}p{margin:.5rem 0}
.who{display:flex;gap:.9rem;align-items:center;min-width:0}.who img{width:3.5rem;height:3.5rem;border-radius:50%;object-fit:cover;flex:none}.who div{min-width:0}
.quiet{color:var(--quiet);font-size:.925rem}
dl{display:grid;grid-template-columns:minmax(5rem,max-content) 1fr;gap:.25rem 1rem;margin:.75rem 0 0}dt{color:var(--quiet)}dd{margin:0;min-width:0}
summary{cursor:pointer;padding:.4rem 0;font-weight:600}
figure{margin:.75rem 0 0}figure img{max-width:100%;height:auto;border-radius:.6rem;display:block}
:focus-visible{outline:3px solid var(--act);outline-offset:2px}
`

interface PageParts {
  readonly title: string
  readonly body: string
  /** Id of the object that the page shows; null for a message. */
  readonly objectUri: string | null
  /** Whether search engines may keep it. */
  readonly isIndexable: boolean
  /** Handle of who wrote it, for previews elsewhere; null where nobody did. */
  readonly creator: string | null
  /** Pages of the same person, which may name this one in turn. */
  readonly same?: readonly string[]
}

function pageOf({ title, body, objectUri, isIndexable, creator, same = [] }: PageParts): string {
  const robots = isIndexable ? '' : '<meta name="robots" content="noindex">'
  const alternate =
    objectUri === null
      ? ''
      : `<link rel="alternate" type="application/activity+json" href="${escapeHtml(objectUri)}">`
  const by = creator === null ? '' : `<meta name="fediverse:creator" content="${escapeHtml(creator)}">`
  const me = same.map((url) => `<link rel="me" href="${escapeHtml(url)}">`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${robots}<title>${escapeHtml(title)}</title>${alternate}${by}${me}<style>${STYLE}</style></head>
<body><main>${body}</main></body></html>`
}

export interface ProfilePage {
  readonly account: Account
  /** `@ana@home.example` */
  readonly handle: string
  /** What strangers may see, newest first. */
  readonly statuses: readonly Status[]
  /** Address of what is older; null at the end. */
  readonly olderPath: string | null
}

export function profilePage({ account, handle, statuses, olderPath }: ProfilePage): string {
  const fields = account.fields.map(fieldOf)
  const list = fields.length === 0 ? '' : `<dl>${fields.join('')}</dl>`
  const none = statuses.length === 0 ? '<p class="quiet">There are no public posts here yet.</p>' : ''
  const older =
    olderPath === null ? '' : `<nav><a href="${escapeHtml(olderPath)}" rel="next">Older posts</a></nav>`
  return pageOf({
    title: `${nameOf(account)} (${handle})`,
    objectUri: account.uri,
    isIndexable: account.indexable,
    creator: handle,
    same: account.fields.flatMap(({ value }) => soleLinkOf(value) ?? []),
    body: `<header class="h-card">${whoOf(account, handle, 'h1')}${movedOf(account)}<div class="p-note" dir="auto">${account.note}</div>${list}</header>
${statuses.map((status) => postOf(status)).join('\n')}${none}${older}`,
  })
}

export function postPage(status: Status, handle: string): string {
  const { account } = status
  return pageOf({
    title: `A post by ${nameOf(account)} (${handle})`,
    objectUri: status.uri,
    isIndexable: account.indexable,
    creator: handle,
    body: `<header class="h-card">${whoOf(account, handle, 'h1')}</header>${postOf(status)}`,
  })
}

export function messagePage(title: string, text: string): string {
  return plainPage(title, `<p>${escapeHtml(text)}</p>`)
}

/** @param body  HTML of ours */
export function plainPage(title: string, body: string): string {
  return pageOf({
    title,
    objectUri: null,
    isIndexable: false,
    creator: null,
    body: `<header><h1>${escapeHtml(title)}</h1>${body}</header>`,
  })
}

const nameOf = ({ display_name: name, username }: Account): string => (name === '' ? username : name)

/** A link of an own profile says that its page is by the same person; whether that is so, the page has to say. */
const SAME_PERSON = 'me nofollow noopener noreferrer'

function fieldOf({ name, value, verified_at: verifiedAt }: Account['fields'][number]): string {
  const link = soleLinkOf(value)
  const shown = link === null ? value : linkShowingHost(link, SAME_PERSON)
  const proof =
    verifiedAt === null
      ? ''
      : ` <span class="quiet">confirmed on ${escapeHtml(verifiedAt.slice(0, 10))}</span>`
  return `<dt><bdi>${escapeHtml(name)}</bdi></dt><dd dir="auto">${shown}${proof}</dd>`
}

function movedOf({ moved }: Account): string {
  if (moved === null) return ''
  const url = findRemoteUrl(moved.url)?.href
  const link = url === undefined ? escapeHtml(moved.url) : linkShowingHost(url, SAME_PERSON)
  return `<p>Lives elsewhere now: <bdi>@${escapeHtml(moved.acct)}</bdi>, ${link}</p>`
}

function whoOf(account: Account, handle: string, tag: 'h1' | 'h2'): string {
  return `<div class="who"><img src="${escapeHtml(account.avatar)}" class="u-photo" alt="" width="56" height="56"><div>
<${tag}><a class="p-name u-url u-uid" rel="me" href="${escapeHtml(account.url)}"><bdi>${escapeHtml(nameOf(account))}</bdi></a></${tag}>
<span class="quiet p-nickname"><bdi>${escapeHtml(handle)}</bdi></span></div></div>`
}

function postOf(status: Status): string {
  const language = status.language === null ? '' : ` lang="${escapeHtml(status.language)}"`
  const poll = status.poll === null ? '' : pollOf(status.poll)
  const text = `<div class="e-content" dir="auto"${language}>${status.content}${poll}</div>`
  const media = status.media_attachments.map(mediaOf).join('')
  const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  const moment = `<a class="u-url" href="${escapeHtml(status.url ?? status.uri)}"><time class="dt-published" datetime="${escapeHtml(status.created_at)}">${when.format(new Date(status.created_at))} UTC</time></a>`
  const edited = status.edited_at === null ? '' : ', edited'
  return `<article class="h-entry">${hidden(status, text, media)}<p class="quiet">${moment}${edited}</p></article>`
}

/** Behind a warning is what its author put there; sensitive pictures are shown when they are asked for. */
function hidden({ spoiler_text: warning, sensitive }: Status, text: string, media: string): string {
  if (warning !== '') {
    return `<details><summary><bdi>${escapeHtml(warning)}</bdi></summary>${text}${media}</details>`
  }
  if (!sensitive || media === '') return text + media
  return `${text}<details><summary>Sensitive pictures</summary>${media}</details>`
}

/** What was asked, and the counts as far as they are told; voting is for those who have a home themselves. */
function pollOf({ options, expired: isOver }: Poll): string {
  const items = options.map(({ title, votes_count: votes }) => {
    const count = votes === null ? '' : ` <span class="quiet">${votes}</span>`
    return `<li><bdi>${escapeHtml(title)}</bdi>${count}</li>`
  })
  return `<ul>${items.join('')}</ul><p class="quiet">${isOver ? 'The poll has ended' : 'An open poll'}</p>`
}

function mediaOf({ type, url, preview_url: preview, description }: MediaAttachment): string {
  if (url === null) return ''
  const words = escapeHtml(description ?? '')
  if (type === 'image' && preview !== null) {
    return `<figure><a href="${escapeHtml(url)}"><img src="${escapeHtml(preview)}" alt="${words}" loading="lazy"></a></figure>`
  }
  return `<p><a href="${escapeHtml(url)}">${words === '' ? 'Attached file' : words}</a></p>`
}
