/**
 * How another server wants to hear of a reaction.
 *
 * | software                                | sent as                                | its author sees            |
 * |-----------------------------------------|----------------------------------------|----------------------------|
 * | Pleroma, Akkoma, Hollo, Homebird, Mitra | EmojiReact                             | the reaction               |
 * | Misskey and kin, Fedibird, kmyblue      | Like, `content` + `_misskey_reaction`  | the reaction               |
 * | Mastodon, GoToSocial, all others        | the same                               | a favourite, or both       |
 *
 * Whoever does not know EmojiReact passes it over without a word, while every server knows a Like: so that is what goes to
 * whoever is not known to read the other.
 */

export type ReactionType = 'Like' | 'EmojiReact'

/** Names of NodeInfo whose servers read EmojiReact. */
const READS_EMOJI_REACT: ReadonlySet<string> = new Set(['pleroma', 'akkoma', 'hollo', 'homebird', 'mitra'])

/** @param software  from the peer's NodeInfo; null while it is not known */
export function reactionTypeFor(software: string | null): ReactionType {
  return software !== null && READS_EMOJI_REACT.has(software.toLowerCase()) ? 'EmojiReact' : 'Like'
}
