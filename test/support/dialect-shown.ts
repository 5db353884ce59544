/** A post of the fixture catalogue as an app is shown it, and as it should be shown. */
import { htmlToPlainText } from '../../server/domain/text/plain-text.ts'
import type { ExpectedPost } from '../fixtures/expectations.ts'
import { FIXTURE_HOME } from '../fixtures/index.ts'
import type { Json } from './http-client.ts'

export const list = (value: Json | undefined): Json[] => [...(value ?? [])]
export const plain = (value: Json | undefined): string => htmlToPlainText(String(value))
const orNull = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : String(value)

/** @param myId  of the owner's account */
export function shownOf(status: Json, myId: string): object {
  return {
    text: plain(status['content']),
    warning: String(status['spoiler_text']),
    sensitive: status['sensitive'],
    visibility: String(status['visibility']),
    language: orNull(status['language']),
    isMentioned: list(status['mentions']).some((mention) => String(mention['id']) === myId),
    repliesTo: orNull(status['in_reply_to_id']),
    hashtags: list(status['tags']).map((tag) => String(tag['name']).toLowerCase()),
    emojis: list(status['emojis']).map((emoji) => String(emoji['shortcode'])),
    media: list(status['media_attachments']).map((one) => [String(one['type']), orNull(one['description'])]),
    poll: list(status['poll']?.['options']).map((one) => [String(one['title']), one['votes_count']]),
    isMultipleChoice: status['poll']?.['multiple'] ?? false,
  }
}

const VISIBILITIES = {
  public: 'public',
  unlisted: 'unlisted',
  followers: 'private',
  direct: 'direct',
} as const

/** @param target  the owner's post that it is about, if it is about one */
export function expectedOf(expect: ExpectedPost, target: Json): object {
  return {
    text: expect.text.replaceAll(FIXTURE_HOME.postUri, String(target['uri'])),
    warning: expect.warning ?? '',
    sensitive: expect.sensitive ?? false,
    visibility: VISIBILITIES[expect.visibility ?? 'public'],
    language: expect.language ?? null,
    isMentioned: expect.mentionsHome ?? false,
    repliesTo: expect.repliesToHome === true ? String(target['id']) : null,
    hashtags: (expect.hashtags ?? []).map((name) => name.toLowerCase()),
    emojis: expect.emojis ?? [],
    media: expect.media ?? [],
    poll: expect.poll ?? [],
    isMultipleChoice: expect.isMultipleChoice ?? false,
  }
}
