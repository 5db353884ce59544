/** From what the owner typed to what is stored: HTML, plain text, who is mentioned, which hashtags. Pure. */
import { HomebirdError } from '../../core/errors.ts'
import type { Row } from '../../db/tables.ts'
import { hashtagPageUrl, originOfHost } from '../owner/own-uris.ts'
import { cleanLine, cleanLines } from '../text/clean-text.ts'
import { type ComposedMention, composeHtml } from '../text/compose-html.ts'
import { normalizeLanguage } from '../text/language.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { countCharacters, findHashtags, findMentions, hashtagKey, mentionKey } from '../text/scan-text.ts'

/** What a post may hold; shown to apps, kept here. */
export const POST_LIMITS = { characters: 5_000, attachments: 16 } as const

/** Far above the limit in characters; what is longer is cut before it is looked at. */
const MOST_UTF16_UNITS = 200_000

/** Found actors by `user@domain` in lower case. */
export type MentionedActors = ReadonlyMap<string, Row<'actors'>>

/** A post that is quoted, as the text refers to it for readers whose servers know no quotes. */
export interface QuotedPage {
  readonly url: string
}

export interface PostText {
  readonly text: string
  /** The content warning; empty for none. */
  readonly summary: string
  readonly isSensitive: boolean
  /** Any language tag; null for what the author's profile says. */
  readonly language: string | null
  readonly mentions: MentionedActors
}

export interface ComposedPost {
  readonly contentSource: string
  readonly contentHtml: string
  readonly contentText: string
  readonly summary: string
  readonly isSensitive: boolean
  readonly language: string | null
  /** In the order of the text, each once. */
  readonly mentioned: readonly Row<'actors'>[]
  readonly hashtags: readonly { readonly name: string; readonly displayName: string }[]
}

type Author = Pick<Row<'actors'>, 'host' | 'handle_domain' | 'default_language' | 'default_sensitive'>

/** The addresses, `user@domain` in lower case, that a text of this author names: what to look up before writing it. */
export function mentionedAddresses(text: string, author: Pick<Author, 'handle_domain'>): string[] {
  const addresses = findMentions(text.slice(0, MOST_UTF16_UNITS)).map(({ username, domain }) =>
    mentionKey(username, domain ?? author.handle_domain),
  )
  return [...new Set(addresses)]
}

/**
 * @throws HomebirdError UNPROCESSABLE when there is neither text nor attachment, or the text is over the limit
 */
export function composePost(
  author: Author,
  draft: PostText,
  attachmentCount: number,
  quoted: QuotedPage | null = null,
): ComposedPost {
  const warning = cleanLine(draft.summary, POST_LIMITS.characters)
  const typed = cleanLines(draft.text.slice(0, MOST_UTF16_UNITS), MOST_UTF16_UNITS).trim()
  // A warning about nothing is the text itself.
  const isWarningTheText = typed === '' && attachmentCount === 0
  const text = isWarningTheText ? warning : typed
  const summary = isWarningTheText ? '' : warning
  refuseWrongSize(text, summary, attachmentCount)
  const mentions = resolveMentions(text, author, draft.mentions)
  const origin = originOfHost(author.host)
  const bodyHtml = composeHtml(text, {
    mentions: new Map([...mentions].map(([key, actor]) => [key, linkTo(actor)])),
    hashtagUrl: (name) => hashtagPageUrl(origin, hashtagKey(name)),
  })
  return {
    contentSource: text,
    contentHtml: quoted === null ? bodyHtml : `${quoteFallback(quoted)}${bodyHtml}`,
    contentText: htmlToPlainText(bodyHtml),
    summary,
    isSensitive: draft.isSensitive || summary !== '',
    language: normalizeLanguage(draft.language) ?? author.default_language,
    mentioned: [...new Map([...mentions.values()].map((actor) => [actor.id, actor])).values()],
    hashtags: findHashtags(text).map((name) => ({ name: hashtagKey(name), displayName: name })),
  }
}

/** Servers and apps that know quotes leave it out by its class. */
function quoteFallback({ url }: QuotedPage): string {
  const link = composeHtml(url, { hashtagUrl: () => '' }).replace(/^<p>(.*)<\/p>$/s, '$1')
  return `<p class="quote-inline">RE: ${link}</p>`
}

function refuseWrongSize(text: string, summary: string, attachmentCount: number): void {
  if (text === '' && attachmentCount === 0) {
    throw new HomebirdError('UNPROCESSABLE', 'the post has neither text nor attachment', {
      safe: "Validation failed: Text can't be blank",
    })
  }
  const length = countCharacters(text) + countCharacters(summary)
  if (length > POST_LIMITS.characters) {
    const limit = `${POST_LIMITS.characters} characters`
    throw new HomebirdError('UNPROCESSABLE', `the post has ${length} characters; the limit is ${limit}`, {
      safe: `Validation failed: Text limit of ${limit} exceeded`,
    })
  }
}

/** Actors by the key under which `composeHtml` looks a mention up. */
function resolveMentions(text: string, author: Author, found: MentionedActors): Map<string, Row<'actors'>> {
  const mentions = new Map<string, Row<'actors'>>()
  for (const { username, domain } of findMentions(text)) {
    const actor = found.get(mentionKey(username, domain ?? author.handle_domain))
    if (actor !== undefined && actor.gone_at === null) mentions.set(mentionKey(username, domain), actor)
  }
  return mentions
}

function linkTo(actor: Row<'actors'>): ComposedMention {
  return { url: actor.page_url ?? actor.uri, label: actor.username }
}
