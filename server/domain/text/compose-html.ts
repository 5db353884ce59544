/** Turns the plain text of a post of ours into the HTML that is stored, shown and sent. */
import { cleanLines } from './clean-text.ts'
import { escapeHtml } from './escape-html.ts'
import { LINK_RELATION, linkTarget } from './html-attributes.ts'
import { mentionKey, scanText } from './scan-text.ts'
import { MAX_CONTENT_LENGTH } from './sanitize-html.ts'
import type { TextToken } from './scan-text.ts'

export interface ComposedMention {
  /** The page that the mention links to. */
  readonly url: string
  /** Shown after `@`; usually the user name alone. */
  readonly label: string
}

export interface ComposeOptions {
  /** Resolved addresses by `mentionKey`: `user` or `user@domain`, lower case. What is not here stays text. */
  readonly mentions?: ReadonlyMap<string, ComposedMention>
  /** The page of a hashtag, given its name as written; without it hashtags stay text. */
  readonly hashtagUrl?: (name: string) => string
}

const MAX_SHOWN_LINK = 30
const NO_MENTIONS: ReadonlyMap<string, ComposedMention> = new Map()

/**
 * Paragraphs at empty lines, `br` at line ends, links, mentions and hashtags as links.
 * The result is a fixed point of `sanitizeHtml`, so sanitising on output changes nothing.
 */
export function composeHtml(text: string, options: ComposeOptions = {}): string {
  const source = cleanLines(text, MAX_CONTENT_LENGTH).trim()
  if (source === '') return ''
  return source
    .split(/\n(?:[\t ]*\n)+/)
    .map((paragraph) => `<p>${composeParagraph(paragraph, options)}</p>`)
    .join('')
}

function composeParagraph(paragraph: string, options: ComposeOptions): string {
  let html = ''
  let position = 0
  for (const token of scanText(paragraph)) {
    const link = tokenHtml(token, options)
    if (link === null) continue
    html += textHtml(paragraph.slice(position, token.start)) + link
    position = token.end
  }
  return html + textHtml(paragraph.slice(position))
}

const textHtml = (text: string): string => escapeText(text).replaceAll('\n', '<br>')

/** As the sanitizer writes text: quotes need no escape there. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

function tokenHtml(token: TextToken, options: ComposeOptions): string | null {
  switch (token.kind) {
    case 'link':
      return linkHtml(token.url)
    case 'mention':
      return mentionHtml((options.mentions ?? NO_MENTIONS).get(mentionKey(token.username, token.domain)))
    case 'hashtag':
      return options.hashtagUrl === undefined ? null : hashtagHtml(token.name, options.hashtagUrl(token.name))
  }
}

const anchor = (href: string, attributes: string, content: string): string =>
  `<a href="${escapeHtml(href)}"${attributes} rel="${LINK_RELATION}" target="_blank">${content}</a>`

/** A link whose scheme and tail are hidden by class, so that a timeline shows its host and the start of its path. */
export function linkHtml(url: string): string | null {
  const target = linkTarget(url)
  if (target === null) return null
  const prefix = /^https?:\/\/(?:www\.)?/i.exec(url)?.[0] ?? ''
  const shown = url.slice(prefix.length)
  const cut = cutPosition(shown, MAX_SHOWN_LINK)
  const isCut = cut < shown.length
  const parts = [
    `<span class="invisible">${escapeText(prefix)}</span>`,
    `<span${isCut ? ' class="ellipsis"' : ''}>${escapeText(shown.slice(0, cut))}</span>`,
    `<span class="invisible">${escapeText(shown.slice(cut))}</span>`,
  ]
  return anchor(target, ' translate="no"', parts.join(''))
}

/** Never inside a surrogate pair. */
function cutPosition(text: string, limit: number): number {
  if (text.length <= limit) return text.length
  const code = text.charCodeAt(limit)
  return code >= 0xdc00 && code <= 0xdfff ? limit + 1 : limit
}

function mentionHtml(mention: ComposedMention | undefined): string | null {
  const target = mention === undefined ? null : linkTarget(mention.url)
  if (mention === undefined || target === null) return null
  const label = `@<span>${escapeText(mention.label)}</span>`
  return `<span class="h-card" translate="no">${anchor(target, ' class="u-url mention"', label)}</span>`
}

function hashtagHtml(name: string, url: string): string | null {
  const target = linkTarget(url)
  return target === null
    ? null
    : anchor(target, ' class="mention hashtag"', `#<span>${escapeText(name)}</span>`)
}
