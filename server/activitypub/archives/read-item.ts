/** Reads one item of an archive: ActivityPub as Mastodon packs it, the client API as Pixelfed and tools give it, or X. */
import type { ArchivedFile, ArchivedPost } from '../../domain/archives/archived-post.ts'
import { hostOf } from '../../net/origin.ts'
import { type JsonObject, asArray, idOf, isObject, parseActivityJson, textOf, typeOf } from '../json.ts'
import { describedFocus } from '../parse-attachments.ts'
import { type PostFacts, parsePost } from '../parse-object.ts'
import { addresseesOf } from '../parse-activity.ts'
import { type ArchiveItem, pollHtml } from './archive-item.ts'
import { readApiStatus } from './read-api-status.ts'
import { readTweet } from './read-tweet.ts'

export function readArchiveItem(bytes: Uint8Array): ArchiveItem {
  const parsed = parseActivityJson(bytes)
  if (!parsed.ok) return { kind: 'flawed', subject: '', reason: parsed.reason }
  const item = readDocument(parsed.document)
  return item.kind === 'post' ? withOwnLinks(item.post) : item
}

/** Whoever follows an old link finds what is here: an archive has a say about addresses of its account's own server only. */
function withOwnLinks(post: ArchivedPost): ArchiveItem {
  const { authorUri, links, page } = post
  if (authorUri === null) return { kind: 'post', post }
  const isOwn = (link: string): boolean => hostOf(link) === hostOf(authorUri)
  const [uri, ...others] = links
  if (!isOwn(uri)) {
    return {
      kind: 'flawed',
      subject: uri,
      reason: `is not on the server of its author, ${hostOf(authorUri)}`,
    }
  }
  return {
    kind: 'post',
    post: { ...post, links: [uri, ...others.filter(isOwn)], page: isOwn(page) ? page : uri },
  }
}

function readDocument(document: JsonObject): ArchiveItem {
  const tweet = isObject(document['tweet']) ? document['tweet'] : document
  if (typeof tweet['full_text'] === 'string') return readTweet(tweet)
  if (document['created_at'] !== undefined && document['type'] === undefined) return readApiStatus(document)
  return readActivity(document)
}

function readActivity(document: JsonObject): ArchiveItem {
  const type = typeOf(document)
  const { object } = document
  if (type === 'Create' && isObject(object)) return readNote(object)
  return type === 'Create' || isActivity(type) ? { kind: 'passed_over' } : readNote(document)
}

const OTHER_ACTIVITIES: ReadonlySet<string | null> = new Set([
  null,
  'Announce',
  'Like',
  'Delete',
  'Update',
  'Undo',
  'Add',
  'Remove',
  'Move',
  'Follow',
  'Accept',
  'Block',
])
const isActivity = (type: string | null): boolean => OTHER_ACTIVITIES.has(type)

function readNote(note: JsonObject): ArchiveItem {
  const parsed = parsePost(note, { followersUri: followersIn(note) })
  if (!parsed.ok) return { kind: 'flawed', subject: idOf(note['id']) ?? '', reason: parsed.reason }
  const { post } = parsed
  if (post.pollVote !== null) return { kind: 'passed_over' }
  if (post.published === null) return { kind: 'flawed', subject: post.uri, reason: 'says no date' }
  return { kind: 'post', post: archivedFrom(note, post, post.published) }
}

/** The archive is the author's own: what is addressed to followers is addressed to theirs. */
function followersIn(note: JsonObject): string | null {
  const addressed = [...addresseesOf(note['to']), ...addresseesOf(note['cc'])]
  const author = idOf(note['attributedTo']) ?? ''
  return (
    addressed.find(
      (uri) => /\/followers\/?$/.test(uri) && URL.parse(uri)?.host === URL.parse(author)?.host,
    ) ?? null
  )
}

function archivedFrom(note: JsonObject, post: PostFacts, publishedAt: Date): ArchivedPost {
  return {
    links: [post.uri, ...(post.url === post.uri ? [] : [post.url])],
    page: post.url,
    authorUri: post.actorUri,
    publishedAt,
    editedAt: post.updated,
    visibility: post.visibility,
    contentHtml: post.contentHtml + pollHtml(post.poll?.options ?? []),
    summary: post.summary ?? '',
    isSensitive: post.sensitive,
    language: post.language,
    inReplyTo: post.inReplyTo,
    mentionedUris: post.mentions.map(({ href }) => href),
    hashtags: post.hashtags,
    files: filesOf(note),
  }
}

const MOST_FILES = 20

/** In an archive the address of a file is its name there, with or without what stood before it on the server. */
function filesOf(note: JsonObject): ArchivedFile[] {
  return asArray(note['attachment'])
    .filter(isObject)
    .flatMap((item): ArchivedFile[] => {
      const source = textOf(item['url']) ?? textOf(item['href'])
      if (source === null || typeOf(item) === 'Link' || typeOf(item) === 'PropertyValue') return []
      return [{ source, ...describedFocus(item) }]
    })
    .slice(0, MOST_FILES)
}
