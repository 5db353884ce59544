/**
 * The frame of every public page: what its head tells machines, the line on top, the content, the line at the bottom.
 * Without script; the one style sheet stands in the page and is allowed by its hash.
 */
import { SOURCE_URL } from '../../core/version.ts'
import { type Html, markup, sanitised } from '../../domain/text/markup.ts'
import { STYLE, STYLE_HASH } from './style/sheet.ts'
import { DARK, LIGHT } from './style/tokens.ts'
import { WORDS } from './words.ts'

/** The same thing in another form. */
export interface Alternate {
  /** Media type. */
  readonly type: string
  readonly href: string
  readonly title?: string
}

/** What stands in the head; texts are plain, addresses absolute or paths of this host. */
export interface PageHead {
  /** Without the name of the home. */
  readonly title: string
  readonly description?: string | undefined
  /** The one address of this page; none for what no address stands for, such as errors. */
  readonly canonical?: string | undefined
  readonly alternates?: readonly Alternate[] | undefined
  /** `og:title` and the like, for previews elsewhere. */
  readonly facts?: ReadonlyArray<readonly [property: string, content: string]> | undefined
  /** Pages of the same person, which may name this one in turn. */
  readonly me?: readonly string[] | undefined
  /** Handle of who wrote it. */
  readonly creator?: string | undefined
  /** Whether search engines may keep it. */
  readonly isIndexable: boolean
  readonly older?: string | undefined
  readonly newer?: string | undefined
}

/** What every page says of the home around it. */
export interface HomeFrame {
  /** Its title, or the name of who lives here. */
  readonly title: string
}

export interface Page {
  readonly head: PageHead
  /** What stands in `main`. */
  readonly body: Html
}

export function writePage({ title }: HomeFrame, { head, body }: Page): string {
  return markup`<!doctype html>
<html lang="${WORDS.language}" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${head.title === title ? title : `${head.title} · ${title}`}</title>${ICONS}${headOf(head)}${head.facts !== undefined && markup`<meta property="og:site_name" content="${title}">`}<style>${sanitised(STYLE)}</style></head><body><a class="skip" href="#content">${WORDS.skip}</a><header class="site"><a href="/">${BIRD}<bdi>${title}</bdi></a></header><main id="content" tabindex="-1">${body}</main><footer class="end"><nav aria-label="${WORDS.footer.label}"><ul><li><a href="/about">${WORDS.footer.about}</a></li><li><a href="/privacy-policy">${WORDS.footer.privacy}</a></li><li><a href="/terms-of-service">${WORDS.footer.terms}</a></li><li><a href="${SOURCE_URL}" rel="noopener noreferrer">${WORDS.footer.source}</a></li></ul></nav></footer></body></html> `
    .text
}

const BIRD = markup`<svg class="bird" viewBox="0 0 24 24" aria-hidden="true"><path d="M14.6 4.2a4.2 4.2 0 0 1 4 2.9l3 1-2.8 1.2c.2 6-3.9 10-8.9 10-3 0-5.6-1.3-7.5-3.7 2.1.3 3.8-.2 5-1.3-2-.7-3.200-2.200-3.700-4.300 2.400 1.200 4.600 1.400 6.700.5V8.400a4.200 4.200 0 0 1 4.200-4.200zm1.100 3a.9.9 0 1 0 0 1.800.9.9 0 0 0 0-1.800z"/></svg>`

const ICONS = markup`<link rel="icon" href="/favicon.ico" sizes="48x48"><link rel="apple-touch-icon" href="/apple-touch-icon.png"><link rel="manifest" href="/manifest.webmanifest">`

function headOf(head: PageHead): Html {
  const { description, canonical, creator, newer, older } = head
  return markup`${head.isIndexable ? null : markup`<meta name="robots" content="noindex">`}<meta name="theme-color" content="oklch(${LIGHT.canvas})" media="(prefers-color-scheme: light)"><meta name="theme-color" content="oklch(${DARK.canvas})" media="(prefers-color-scheme: dark)">${description !== undefined && markup`<meta name="description" content="${description}">`}${canonical !== undefined && markup`<link rel="canonical" href="${canonical}">`}${(head.alternates ?? []).map(alternateOf)}${(
    head.facts ?? []
  ).map(
    ([property, content]) => markup`<meta property="${property}" content="${content}">`,
  )}${creator !== undefined && markup`<meta name="fediverse:creator" content="${creator}">`}${(
    head.me ?? []
  ).map(
    (url) => markup`<link rel="me" href="${url}">`,
  )}${newer !== undefined && markup`<link rel="prev" href="${newer}">`}${older !== undefined && markup`<link rel="next" href="${older}">`}`
}

const alternateOf = ({ type, href, title }: Alternate): Html =>
  markup`<link rel="alternate" type="${type}" href="${href}"${title !== undefined && markup` title="${title}"`}>`

/**
 * Nothing runs, nothing is framed, nothing comes from elsewhere.
 * @param mediaUrl  where own media lies: a path, or the address of another host
 */
export const contentPolicy = (mediaUrl: string): string => policyFor(mediaUrl, "'self'", "'none'")

/** The same for what may stand in a page of anybody, where nothing is typed. */
export const embedPolicy = (mediaUrl: string): string => policyFor(mediaUrl, "'none'", '*')

function policyFor(mediaUrl: string, forms: string, frames: string): string {
  const media = URL.canParse(mediaUrl) ? ` ${new URL(mediaUrl).origin}` : ''
  return [
    "default-src 'none'",
    `style-src '${STYLE_HASH}'`,
    `img-src 'self'${media}`,
    `media-src 'self'${media}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    `form-action ${forms}`,
    `frame-ancestors ${frames}`,
  ].join('; ')
}
