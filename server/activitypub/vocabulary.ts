/** The fixed words of the protocol: media types, the public collection, contexts, kinds of actors and posts. */

export const ACTIVITY_JSON = 'application/activity+json'
/** As links name it (FEP-e232). */
export const LINKED_ACTIVITY = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
const ACTIVITYSTREAMS = 'https://www.w3.org/ns/activitystreams'

/** The public collection as it is sent. */
export const PUBLIC = `${ACTIVITYSTREAMS}#Public`
/** The three spellings that JSON-LD allows and servers use (rule 24). */
const PUBLIC_SPELLINGS: ReadonlySet<string> = new Set([PUBLIC, 'as:Public', 'Public'])

export function isPublicCollection(value: unknown): boolean {
  return typeof value === 'string' && PUBLIC_SPELLINGS.has(value)
}

/** Actor kinds, as documents and rows name them. */
const ACTOR_KINDS = ['Person', 'Service', 'Application', 'Group', 'Organization'] as const
export type ActorKind = (typeof ACTOR_KINDS)[number]

/** Kinds of objects that become posts. */
const POST_KINDS = ['Note', 'Question', 'Article', 'Page', 'Video', 'Audio', 'Image', 'Event'] as const
export type PostKind = (typeof POST_KINDS)[number]

const actorKinds: ReadonlySet<string> = new Set(ACTOR_KINDS)
const postKinds: ReadonlySet<string> = new Set(POST_KINDS)
export const isActorKind = (type: string | null): type is ActorKind => type !== null && actorKinds.has(type)
export const isPostKind = (type: string | null): type is PostKind => type !== null && postKinds.has(type)

/** Terms that are sent in posts, beyond ActivityStreams: names as the fediverse knows them. */
const POST_TERMS = {
  sensitive: 'as:sensitive',
  Hashtag: 'as:Hashtag',
  toot: 'http://joinmastodon.org/ns#',
  Emoji: 'toot:Emoji',
  blurhash: 'toot:blurhash',
  focalPoint: { '@id': 'toot:focalPoint', '@container': '@list' },
  votersCount: 'toot:votersCount',
  ostatus: 'http://ostatus.org#',
  conversation: 'ostatus:conversation',
  quote: { '@id': 'https://w3id.org/fep/044f#quote', '@type': '@id' },
  quoteAuthorization: { '@id': 'https://w3id.org/fep/044f#quoteAuthorization', '@type': '@id' },
  quoteUri: 'http://fedibird.com/ns#quoteUri',
  _misskey_quote: 'https://misskey-hub.net/ns#_misskey_quote',
  gts: 'https://gotosocial.org/ns#',
  interactionPolicy: { '@id': 'gts:interactionPolicy', '@type': '@id' },
  canQuote: { '@id': 'gts:canQuote', '@type': '@id' },
  automaticApproval: { '@id': 'gts:automaticApproval', '@type': '@id' },
  manualApproval: { '@id': 'gts:manualApproval', '@type': '@id' },
} as const

const ACTOR_TERMS = {
  manuallyApprovesFollowers: 'as:manuallyApprovesFollowers',
  alsoKnownAs: { '@id': 'as:alsoKnownAs', '@type': '@id' },
  movedTo: { '@id': 'as:movedTo', '@type': '@id' },
  toot: 'http://joinmastodon.org/ns#',
  Emoji: 'toot:Emoji',
  discoverable: 'toot:discoverable',
  indexable: 'toot:indexable',
  featured: { '@id': 'toot:featured', '@type': '@id' },
  featuredTags: { '@id': 'toot:featuredTags', '@type': '@id' },
  schema: 'http://schema.org#',
  PropertyValue: 'schema:PropertyValue',
  value: 'schema:value',
} as const

/** For activities that use no extension, and for collections. */
export const PLAIN_CONTEXT = 'https://www.w3.org/ns/activitystreams'
export const POST_CONTEXT = [ACTIVITYSTREAMS, POST_TERMS] as const
/** For requests to quote and their answers, which carry posts. */
export const QUOTE_REQUEST_CONTEXT = [
  ACTIVITYSTREAMS,
  { ...POST_TERMS, QuoteRequest: 'https://w3id.org/fep/044f#QuoteRequest' },
] as const
export const QUOTE_AUTHORIZATION_CONTEXT = [
  ACTIVITYSTREAMS,
  {
    gts: 'https://gotosocial.org/ns#',
    QuoteAuthorization: 'https://w3id.org/fep/044f#QuoteAuthorization',
    interactingObject: { '@id': 'gts:interactingObject', '@type': '@id' },
    interactionTarget: { '@id': 'gts:interactionTarget', '@type': '@id' },
  },
] as const
/** For reactions: an EmojiReact, or a Like with an emoji in it. */
export const REACTION_CONTEXT = [
  ACTIVITYSTREAMS,
  {
    toot: 'http://joinmastodon.org/ns#',
    Emoji: 'toot:Emoji',
    litepub: 'http://litepub.social/ns#',
    EmojiReact: 'litepub:EmojiReact',
    misskey: 'https://misskey-hub.net/ns#',
    _misskey_reaction: 'misskey:_misskey_reaction',
  },
] as const
export const ACTOR_CONTEXT = [
  ACTIVITYSTREAMS,
  'https://w3id.org/security/v1',
  'https://w3id.org/security/multikey/v1',
  ACTOR_TERMS,
] as const
