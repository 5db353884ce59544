/**
 * Reactions as other servers say them: an EmojiReact (FEP-c0e0: Pleroma, Akkoma, Hollo, Homebird), or a Like with an emoji
 * in it (Misskey and its kin, Fedibird).
 */
import {
  HEART,
  customEmojiText,
  parseEmojiName,
  parseUnicodeEmoji,
} from '../domain/interactions/reaction-emoji.ts'
import { findHost, hostOf } from '../net/origin.ts'
import { type JsonObject, asArray, isObject, textOf } from './json.ts'
import { type EmojiFact, parseTags } from './parse-tags.ts'

export interface ReactionFacts {
  /** The emoji of Unicode, or `:shortcode@host:`, or `:shortcode:` for one of this home. */
  readonly text: string
  /** The custom emoji, where it was sent along; its host is null where it is one of this home. */
  readonly custom: (EmojiFact & { readonly host: string | null }) | null
}

interface ReactionParts {
  readonly type: string
  readonly content: string | null
  readonly tag: readonly JsonObject[]
  /** Of whoever reacts: an emoji that does not say whose it is is theirs. */
  readonly signerHost: string
  readonly isOwnHost: (host: string) => boolean
}

/**
 * A Like with a heart is a like: servers without likes send it for one, and show one as it.
 * @returns null for a plain like, and for an emoji that cannot be read
 */
export function parseReaction(parts: ReactionParts): ReactionFacts | null {
  const content = parts.content?.trim() ?? ''
  const emoji = parseUnicodeEmoji(content)
  if (emoji !== null) return parts.type === 'Like' && emoji === HEART ? null : { text: emoji, custom: null }
  if (!/^:.+:$/u.test(content)) return null
  const name = parseEmojiName(content)
  if (name === null) return null
  const fact = parseTags(parts.tag.map(withoutHost)).emojis.find(
    ({ shortcode }) => shortcode === name.shortcode,
  )
  const told = name.host === null ? undefined : findHost(name.host)
  const named = hostOf(fact?.uri) ?? told ?? parts.signerHost
  const host = parts.isOwnHost(named) ? null : named
  const text = customEmojiText(name.shortcode, host)
  return { text, custom: fact === undefined ? null : { ...fact, host } }
}

/** The reaction inside an Undo, which may come without the picture of its emoji. */
export function parseUndoneReaction(
  object: JsonObject,
  { signerHost, isOwnHost }: Pick<ReactionParts, 'signerHost' | 'isOwnHost'>,
): ReactionFacts | null {
  return parseReaction({
    type: textOf(object['type']) ?? '',
    content: textOf(object['content']) ?? textOf(object['_misskey_reaction']),
    tag: asArray(object['tag']).slice(0, 64).filter(isObject),
    signerHost,
    isOwnHost,
  })
}

/** Emoji of third servers are tagged as `:neko@misskey.example:` by some. */
function withoutHost(tag: JsonObject): JsonObject {
  const name = parseEmojiName(textOf(tag['name'])?.trim() ?? '')
  return name === null ? tag : { ...tag, name: `:${name.shortcode}:` }
}
