/** The fixed words of the protocol: media types, the public collection, kinds of actors and posts. */

export const ACTIVITY_JSON = 'application/activity+json'
/** As links name it (FEP-e232). */
export const LINKED_ACTIVITY = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
export const ACTIVITYSTREAMS = 'https://www.w3.org/ns/activitystreams'

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
