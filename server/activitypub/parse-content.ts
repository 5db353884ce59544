/** What a post says: content in HTML, Markdown or plain text, in one or several languages, with or without a title. */
import { cleanLine } from '../domain/text/clean-text.ts'
import { composeHtml, linkHtml } from '../domain/text/compose-html.ts'
import { decodeEntities, escapeHtml } from '../domain/text/escape-html.ts'
import { normalizeLanguage } from '../domain/text/language.ts'
import { MAX_CONTENT_LENGTH, sanitizeHtml } from '../domain/text/sanitize-html.ts'
import { asArray, dateOf, isObject, languageMapOf, linksOf, mediaTypeOf, textOf, typeOf } from './json.ts'
import type { JsonObject } from './json.ts'
import { isMediaLink } from './parse-attachments.ts'
import type { PostKind } from './vocabulary.ts'

export interface EventFacts {
  readonly startsAt: Date | null
  readonly endsAt: Date | null
  /** Name and address in one line of plain text. */
  readonly location: string | null
}

interface ContentFacts {
  readonly contentHtml: string
  readonly language: string | null
  readonly event: EventFacts | null
}

interface Frame {
  readonly kind: PostKind
  readonly title: string | null
  readonly url: string
}

/** Content, language and event of any kind of post; a timeline needs nothing but `contentHtml` to show it. */
export function parseContent(document: JsonObject, frame: Frame): ContentFacts {
  const { body, language } = bodyOf(document)
  const event = frame.kind === 'Event' ? eventOf(document) : null
  const isPlain = frame.kind === 'Note' || frame.kind === 'Question'
  const contentHtml = isPlain ? body : framed(document, body, frame, event)
  return { contentHtml, language, event }
}

interface Body {
  readonly body: string
  readonly language: string | null
}

function bodyOf(document: JsonObject): Body {
  const translations = languageMapOf(document['contentMap'])
  const content = textOf(document['content'])
  // The original is among the translations: its key is the language. Where it is not, the language is not told here.
  const original = content === null ? translations[0] : translations.find(([, text]) => text === content)
  const raw = content ?? original?.[1] ?? ''
  const language = normalizeLanguage(original?.[0] ?? languageOf(document))
  const mediaType = content === null ? null : mediaTypeOf(document['mediaType'])
  const isMarkup = mediaType === null || mediaType === 'text/html' || mediaType === 'application/xhtml+xml'
  return { body: isMarkup ? sanitizeHtml(raw) : composeHtml(raw), language }
}

/** PeerTube and Lemmy send `{ identifier, name }`, Mobilizon calls it `inLanguage`, others send a tag. */
function languageOf(document: JsonObject): unknown {
  const context = asArray(document['@context']).find(
    (item) => isObject(item) && typeof item['@language'] === 'string',
  )
  const { language } = document
  if (isObject(language)) return language['identifier']
  return language ?? document['inLanguage'] ?? (isObject(context) ? context['@language'] : null)
}

/** Title, event data, body or excerpt, and what the page is about, one after the other. */
function framed(document: JsonObject, body: string, frame: Frame, event: EventFacts | null): string {
  const parts = [
    frame.title === null ? '' : `<p><strong>${escapeHtml(frame.title)}</strong></p>`,
    event === null ? '' : eventHtml(event),
    body === '' ? sanitizeHtml(textOf(document['summary']) ?? '') : body,
    linkedPageHtml(document, frame),
  ]
  // Sanitising the whole keeps it inside the limit and a fixed point.
  return sanitizeHtml(parts.join(''), MAX_CONTENT_LENGTH)
}

/**
 * A Lemmy thread is about the page it attaches as a Link; a video, sound or event is more than its description, so its own
 * page is linked. Articles and pictures are here as a whole.
 */
function linkedPageHtml(document: JsonObject, frame: Frame): string {
  const page = asArray(document['attachment'])
    .filter(isObject)
    .find((item) => typeOf(item) === 'Link' && !isMediaLink(item))
  const target = linksOf(page?.['href'])[0]?.href
  const ownPage =
    frame.kind === 'Video' || frame.kind === 'Audio' || frame.kind === 'Event' ? frame.url : undefined
  const html = linkHtml((frame.kind === 'Page' ? target : ownPage) ?? '')
  return html === null ? '' : `<p>${html}</p>`
}

function eventOf(document: JsonObject): EventFacts {
  const place = asArray(document['location']).find(isObject)
  const address = place?.['address']
  const lines = isObject(address)
    ? ['name', 'streetAddress', 'postalCode', 'addressLocality', 'addressRegion', 'addressCountry'].map(
        (key) => textOf(address[key]),
      )
    : [textOf(address)]
  const words = [textOf(place?.['name']), ...lines].filter(
    (line): line is string => line !== null && line !== '',
  )
  const location = cleanLine(decodeEntities([...new Set(words)].join(', ')), 500)
  return {
    startsAt: dateOf(document['startTime']),
    endsAt: dateOf(document['endTime']),
    location: location === '' ? null : location,
  }
}

function eventHtml(event: EventFacts): string {
  // Nobody knows here what zone and language the reader has: the instant is written so that everybody can read it.
  const moments = [event.startsAt, event.endsAt]
    .filter((moment) => moment !== null)
    .map((moment) => `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`)
  const lines = [moments.join(' – '), event.location ?? ''].filter((line) => line !== '')
  return lines.length === 0 ? '' : `<p>${lines.map(escapeHtml).join('<br>')}</p>`
}
