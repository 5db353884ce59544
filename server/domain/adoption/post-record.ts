/** A post as this home keeps it, made of what the old server kept. Pure. */
import type { Row, StoredEmoji, Visibility } from '../../db/tables.ts'
import { hostOf } from '../../net/origin.ts'
import type { ActorReference } from '../actors/actor.ts'
import { hashtagPageUrl, originOfHost } from '../owner/own-uris.ts'
import type { RemotePoll } from '../polls/remote-poll.ts'
import type { RemoteHashtag, RemoteMention, RemotePostRecord } from '../posts/remote-post.ts'
import { cleanLine, cleanText } from '../text/clean-text.ts'
import { type ComposedMention, composeHtml } from '../text/compose-html.ts'
import { normalizeLanguage } from '../text/language.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { sanitizeHtml } from '../text/sanitize-html.ts'
import { findHashtags, hashtagKey, mentionKey } from '../text/scan-text.ts'
import { linkTarget } from '../text/html-attributes.ts'
import { typedText } from './own-text.ts'
import { type PostRow, isDeleted } from './post-rows.ts'

export interface OwnPost {
  /** As it was typed. */
  readonly source: string
  /** The old server has not begun to send it. */
  readonly isUnsent: boolean
}

export interface RecordWorld {
  /** Everybody who is named, by URI, as far as this home knows them. */
  readonly people: ReadonlyMap<string, ActorReference>
  /** Addresses of the home's own emoji, by name. */
  readonly emojis: ReadonlyMap<string, string>
  readonly now: Date
}

interface MadeRecord {
  readonly record: RemotePostRecord
  /** Null for a post of somebody else. */
  readonly own: OwnPost | null
}

type LeftOut = {
  readonly why: 'deleted_posts' | 'posts_of_unknown' | 'posts_of_other_people' | 'posts_without_id'
}

export const isRecord = (made: MadeRecord | LeftOut): made is MadeRecord => 'record' in made

export function postRecord(row: PostRow, world: RecordWorld): MadeRecord | LeftOut {
  if (isDeleted(row)) return { why: 'deleted_posts' }
  const author = world.people.get(row.author_uri)
  if (author === undefined) return { why: row.local ? 'posts_of_other_people' : 'posts_of_unknown' }
  const uri = row.object_uri ?? (row.local ? `${row.author_uri}posts/${row.id}/` : null)
  if (uri === null || !URL.canParse(uri)) return { why: 'posts_without_id' }
  const isOwn = row.local && author.is_local
  // The old server believed whom it heard: an id that belongs to another server than its author's would pass for that one's.
  if (!isOwn && hostOf(uri) !== author.host) return { why: 'posts_without_id' }
  const texts = isOwn ? ownTexts(row) : remoteTexts(row)
  const poll = pollOf(row)
  const record: RemotePostRecord = {
    uri,
    authorId: author.id,
    kind: poll === null && row.type === 'Question' ? 'Note' : row.type,
    visibility: VISIBILITIES[row.visibility] ?? 'direct',
    inReplyToUri: linkTarget(row.in_reply_to ?? '') === null ? null : row.in_reply_to,
    publishedAt: row.published,
    pageUrl: isOwn ? null : linkTarget(row.url ?? ''),
    title: null,
    contentHtml: texts.html,
    contentText: texts.text,
    summary: cleanLine(htmlToPlainText(row.summary ?? ''), MAX_SUMMARY),
    isSensitive: row.sensitive || (row.summary ?? '') !== '',
    language: row.language === null || row.language === '' ? null : normalizeLanguage(row.language),
    emojis: emojisOf(row, world, isOwn),
    editedAt: row.edited,
    mentions: mentionsOf(row, world),
    hashtags: hashtagsOf(row, texts.source),
    attachments: isOwn ? [] : attachmentsOf(row),
    poll,
    quote: null,
    quoteAutomatic: null,
    quoteManual: null,
    repliesLink: null,
    originReplies: null,
    originBoosts: null,
    originLikes: null,
  }
  return {
    record,
    own: isOwn
      ? { source: texts.source, isUnsent: row.state === 'new' && row.visibility !== AT_HOME_ONLY }
      : null,
  }
}

const VISIBILITIES: Readonly<Record<number, Visibility>> = {
  0: 'public',
  1: 'unlisted',
  2: 'followers',
  3: 'direct',
  4: 'direct',
}
/** Of a post that never leaves its server. */
const AT_HOME_ONLY = 4
const MAX_SUMMARY = 5_000

/** The old server wrote links to people and hashtags only when it sent or showed a post. */
function ownTexts(row: PostRow) {
  const source = typedText(row.content)
  const mentions = new Map<string, ComposedMention>()
  for (const { uri, page, username, domain } of row.mentions) {
    if (username === null || domain === null) continue
    const mention = { url: linkTarget(page) ?? uri, label: username }
    mentions.set(mentionKey(username, domain), mention)
    if (domain === row.author_domain) mentions.set(mentionKey(username, null), mention)
  }
  const origin = originOfHost(row.author_host ?? '')
  const hashtagUrl = (name: string): string => hashtagPageUrl(origin, hashtagKey(name))
  const html = composeHtml(source, { mentions, hashtagUrl })
  return { source, html, text: htmlToPlainText(html) }
}

function remoteTexts(row: PostRow) {
  const html = sanitizeHtml(row.content)
  return { source: '', html, text: htmlToPlainText(html) }
}

function emojisOf(row: PostRow, { emojis }: RecordWorld, isOwn: boolean): StoredEmoji[] {
  return row.emojis.flatMap(({ shortcode, url, uri }): StoredEmoji[] => {
    const address = isOwn ? emojis.get(shortcode) : url
    if (address === undefined || address === null || linkTarget(address) === null) return []
    return [{ shortcode, url: address, ...(uri === null || isOwn ? {} : { uri }) }]
  })
}

/** Whoever is addressed without being named sees it too; of what never leaves its server, nobody elsewhere. */
function mentionsOf(row: PostRow, { people }: RecordWorld): RemoteMention[] {
  const idOf = (uri: string): string | [] => {
    const person = people.get(uri)
    const isShown = person !== undefined && (person.is_local || row.visibility !== AT_HOME_ONLY)
    return isShown ? person.id : []
  }
  const named = row.mentions.flatMap(({ uri }) => idOf(uri))
  const silent = row.addressed.flatMap((uri) => idOf(uri)).filter((id) => !named.includes(id))
  return [
    ...named.map((actorId) => ({ actorId, isSilent: false })),
    ...silent.map((actorId) => ({ actorId, isSilent: true })),
  ]
}

function hashtagsOf(row: PostRow, source: string): RemoteHashtag[] {
  const kept = Array.isArray(row.hashtags) ? row.hashtags.filter((tag) => typeof tag === 'string') : []
  const tags = new Map<string, string>()
  for (const name of [
    ...findHashtags(source),
    ...kept.map((tag) => cleanLine(tag, MAX_TAG).replace(/^#/, '')),
  ]) {
    const key = hashtagKey(name)
    if (key !== '' && !tags.has(key)) tags.set(key, name)
  }
  return [...tags].map(([name, displayName]) => ({ name, displayName }))
}

const MAX_TAG = 200

function attachmentsOf(row: PostRow): RemotePostRecord['attachments'] {
  return row.attachments.flatMap((file) => {
    const remoteUrl = linkTarget(file.remoteUrl ?? '')
    if (remoteUrl === null) return []
    return [
      {
        kind: file.kind satisfies Row<'attachments'>['kind'],
        mediaType: file.mimetype,
        url: remoteUrl,
        previewUrl: null,
        description: file.name === null ? null : cleanText(file.name),
        blurhash: file.blurhash,
        width: file.width,
        height: file.height,
        focusX: file.focalX,
        focusY: file.focalY,
        durationSeconds: null,
      },
    ]
  })
}

/** `{type, mode, options: [{name, votes}], voter_count, end_time}`, as this server and older ones wrote it. */
function pollOf(row: PostRow): RemotePoll | null {
  const data = row.type_data
  if (row.type !== 'Question' || typeof data !== 'object' || data === null) return null
  const facts = data as Readonly<Record<string, unknown>>
  const given = Array.isArray(facts['options']) ? (facts['options'] as unknown[]) : []
  const options = new Map<string, number>()
  for (const each of given) {
    if (typeof each !== 'object' || each === null || !('name' in each) || typeof each.name !== 'string')
      continue
    const votes = 'votes' in each ? Number(each.votes) : 0
    options.set(cleanLine(each.name, MAX_SUMMARY), Number.isInteger(votes) && votes >= 0 ? votes : 0)
  }
  if (options.size < 2) return null
  const voters = Number(facts['voter_count'] ?? facts['http://joinmastodon.org/ns#votersCount'] ?? 0)
  const end = facts['end_time'] ?? facts['endTime']
  const endsAt = typeof end === 'string' && !Number.isNaN(Date.parse(end)) ? new Date(end) : null
  return {
    options: [...options].map(([title, votes]) => ({ title, votes })),
    isMultiple: facts['mode'] === 'anyOf',
    endsAt,
    closedAt: null,
    votersCount: Number.isInteger(voters) && voters >= 0 ? voters : null,
  }
}
