/** A status as the client API gives it: what Pixelfed exports, and tools that save an account page by page. */
import type { ArchivedFile, ArchivedHashtag } from '../../domain/archives/archived-post.ts'
import { cleanLine, cleanLines } from '../../domain/text/clean-text.ts'
import { composeHtml } from '../../domain/text/compose-html.ts'
import { normalizeLanguage } from '../../domain/text/language.ts'
import { htmlToPlainText } from '../../domain/text/plain-text.ts'
import { sanitizeHtml } from '../../domain/text/sanitize-html.ts'
import type { Visibility } from '../../db/tables.ts'
import { originOf } from '../../net/origin.ts'
import {
  type JsonObject,
  asArray,
  countOf,
  dateOf,
  flagOf,
  isObject,
  isUri,
  numberOf,
  textOf,
  webUrlOf,
} from '../json.ts'
import { type ArchiveItem, pollHtml } from './archive-item.ts'

const MOST_FILES = 20
const MOST_NAMED = 64
const MOST_SUMMARY_LENGTH = 20_000
const MOST_DESCRIPTION_LENGTH = 10_000
const MOST_TITLE_LENGTH = 500

const VISIBILITY: ReadonlyMap<unknown, Visibility> = new Map([
  ['public', 'public'],
  ['unlisted', 'unlisted'],
  ['private', 'followers'],
  ['direct', 'direct'],
])

export function readApiStatus(status: JsonObject): ArchiveItem {
  if (isObject(status['reblog'])) return { kind: 'passed_over' }
  const page = webUrlOf(status['url']) ?? webUrlOf(status['uri'])
  const subject = page ?? `status ${idText(status['id']) ?? 'without id'}`
  const visibility = VISIBILITY.get(status['visibility'])
  const publishedAt = dateOf(status['created_at'])
  if (page === null) return { kind: 'flawed', subject, reason: 'has no address' }
  if (publishedAt === null) return { kind: 'flawed', subject, reason: 'says no date' }
  if (visibility === undefined) return { kind: 'flawed', subject, reason: 'does not say for whom it is' }
  const uri = isUri(status['uri']) ? status['uri'] : page
  const { account } = status
  const summary = cleanLine(htmlToPlainText(textOf(status['spoiler_text']) ?? ''), MOST_SUMMARY_LENGTH)
  const own = numbered(page, status['id'])
  return {
    kind: 'post',
    post: {
      links: [uri, ...[page, own].filter((link): link is string => link !== null && link !== uri)],
      page,
      authorUri: authorOf(account) ?? `${originOf(page)}/`,
      publishedAt,
      editedAt: dateOf(status['edited_at']),
      visibility,
      contentHtml: contentOf(status) + pollHtml(optionsOf(status['poll'])),
      summary,
      isSensitive: flagOf(status['sensitive']) || summary !== '',
      language: normalizeLanguage(textOf(status['language'])),
      inReplyTo: numbered(page, status['in_reply_to_id']),
      mentionedUris: named(status['mentions']).flatMap(({ uri: id, url }) => webUrlOf(id ?? url) ?? []),
      hashtags: named(status['tags']).flatMap(hashtagOf),
      files: filesOf(status),
    },
  }
}

/** Some exports leave out whose they are; then the server stands for the account. */
const authorOf = (account: unknown): string | null =>
  isObject(account) ? webUrlOf(account['uri'] ?? account['url']) : null

/** Some exports have the text as it was typed only. */
function contentOf(status: JsonObject): string {
  const html = textOf(status['content'])
  return html === null ? composeHtml(textOf(status['content_text']) ?? '') : sanitizeHtml(html)
}

/** Within its server a status is named by its number; it gets an address by which replies in the archive find it. */
function numbered(page: string, id: unknown): string | null {
  const text = idText(id)
  const origin = originOf(page)
  return text === null || origin === undefined ? null : `${origin}/#status-${text}`
}

function idText(id: unknown): string | null {
  const text = typeof id === 'number' ? String(id) : id
  return typeof text === 'string' && /^[\w-]{1,64}$/.test(text) ? text : null
}

const named = (value: unknown): JsonObject[] => asArray(value).filter(isObject).slice(0, MOST_NAMED)

function hashtagOf(tag: JsonObject): ArchivedHashtag[] {
  const name = cleanLine(textOf(tag['name']) ?? '', 200).replace(/^[#＃]+/, '')
  return name === '' || /[\s<>"'`&/\\?#%]/.test(name) ? [] : [{ name, href: webUrlOf(tag['url']) }]
}

function filesOf(status: JsonObject): ArchivedFile[] {
  return named(status['media_attachments'])
    .flatMap((file): ArchivedFile[] => {
      const source = textOf(file['url']) ?? textOf(file['remote_url'])
      if (source === null) return []
      const { meta } = file
      const focus = isObject(meta) && isObject(meta['focus']) ? meta['focus'] : {}
      const [x, y] = [numberOf(focus['x'], -1, 1), numberOf(focus['y'], -1, 1)]
      return [
        {
          source,
          description: cleanLines(textOf(file['description']) ?? '', MOST_DESCRIPTION_LENGTH).trim(),
          focus: x === null || y === null ? null : { x, y },
        },
      ]
    })
    .slice(0, MOST_FILES)
}

function optionsOf(poll: unknown): { title: string; votes: number }[] {
  if (!isObject(poll)) return []
  return named(poll['options']).flatMap((option) => {
    const title = cleanLine(textOf(option['title']) ?? '', MOST_TITLE_LENGTH)
    return title === '' ? [] : [{ title, votes: countOf(option['votes_count']) ?? 0 }]
  })
}
