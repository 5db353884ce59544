/** The envelope of an inbound activity: who did what to which object, for whom. */
import { asArray, dateOf, idOf, idsOf, isObject, isUri, textOf, typeOf } from './json.ts'
import type { JsonObject } from './json.ts'
import { isPublicCollection, PUBLIC } from './vocabulary.ts'
import { truncateText } from '../domain/text/clean-text.ts'

/** Every activity that means something to a home (rule 35: the types are an allow-list). */
const ACTIVITY_TYPES = [
  'Create',
  'Update',
  'Delete',
  'Announce',
  'Like',
  'EmojiReact',
  'Follow',
  'Accept',
  'Reject',
  'Undo',
  'Block',
  'Flag',
  'Move',
  'Add',
  'Remove',
  'QuoteRequest',
] as const
export type ActivityType = (typeof ACTIVITY_TYPES)[number]
const KNOWN: ReadonlySet<string> = new Set(ACTIVITY_TYPES)
const isKnownType = (type: string): type is ActivityType => KNOWN.has(type)

/** As many as a poll may have options. */
const MAX_VOTES = 20
/** More addressees than this are no message to somebody. */
const MAX_ADDRESSEES = 1_000
const MAX_OBJECTS = 100

export interface ActivityFacts {
  /** Null where the sender gave none; the inbox then goes by the digest of the body. */
  readonly id: string | null
  readonly type: ActivityType
  readonly actorUri: string
  /** Id of the object, given as text or embedded. Null for an embedded object without id, and for several objects. */
  readonly objectUri: string | null
  /** The embedded object, if it is embedded. Whoever uses it checks its origin (rules 16 to 18). */
  readonly object: JsonObject | null
  /** More than one only in the Create of several votes, as GoToSocial sends them. */
  readonly objects: readonly JsonObject[]
  /** All ids that `object` names; more than one only in a Flag. */
  readonly objectUris: readonly string[]
  /** Of Add, Remove and Move. */
  readonly targetUri: string | null
  /** Of a QuoteRequest: the post that quotes. */
  readonly instrument: JsonObject | null
  readonly instrumentUri: string | null
  /** The stamp that an Accept of a QuoteRequest carries. */
  readonly resultUri: string | null
  /** Ids, and the public collection in its full spelling. `bto` and `bcc` are never read (rule 68). */
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly published: Date | null
  /** Text of a reaction or complaint, not HTML: the emoji of an EmojiReact or a Misskey Like, the comment of a Flag. */
  readonly content: string | null
  /** Custom emoji that `content` may name. */
  readonly tag: readonly JsonObject[]
}

export type ParsedActivity =
  | { readonly outcome: 'activity'; readonly activity: ActivityFacts }
  /** A type that a home has no use for: answer 202 and keep it for the inspector only. */
  | {
      readonly outcome: 'ignored'
      readonly type: string
      readonly actorUri: string
      readonly id: string | null
    }
  | { readonly outcome: 'invalid'; readonly reason: string }

/**
 * Reads the envelope. It proves nothing: the signer must be compared with `actorUri` by the caller (rule 5).
 * @see ActivityStreams Core 4.2, ActivityPub 7, security rules 18 and 20
 */
export function parseActivity(document: JsonObject): ParsedActivity {
  const type = typeOf(document)
  if (type === null) return invalid('the activity has not exactly one type')
  const actorUri = idOf(document['actor'])
  if (actorUri === null) return invalid('the activity has not exactly one actor with an https id')
  const id = document['id'] === undefined || document['id'] === null ? null : document['id']
  if (id !== null && !isUri(id))
    return invalid('the id of the activity is not an https URI of at most 2,048 characters')
  if (!isKnownType(type)) return { outcome: 'ignored', type, actorUri, id }
  const objects = asArray(document['object'])
  if (objects.length === 0) return invalid(`the ${type} has no object`)
  const isBallot = type === 'Create' && objects.length <= MAX_VOTES && objects.every(isVoteLike)
  if (objects.length > 1 && type !== 'Flag' && !isBallot)
    return invalid(`the ${type} has ${objects.length} objects`)
  const [first] = objects
  const isOne = objects.length === 1 || isBallot
  const object = isOne && isObject(first) ? first : null
  const objectUri = isOne ? idOf(first) : null
  if (objectUri === null && object === null && type !== 'Flag')
    return invalid(`the object of the ${type} has no https id`)
  return { outcome: 'activity', activity: envelope(document, { id, type, actorUri, object, objectUri }) }
}

/** Options of a poll, chosen in one go: each is a Note that has a name and no content. */
function isVoteLike(object: unknown): boolean {
  return (
    isObject(object) && typeOf(object) === 'Note' && textOf(object['name']) !== null && !object['content']
  )
}

const invalid = (reason: string): ParsedActivity => ({ outcome: 'invalid', reason })

type EnvelopeHead = Pick<ActivityFacts, 'id' | 'type' | 'actorUri' | 'object' | 'objectUri'>

function envelope(document: JsonObject, head: EnvelopeHead): ActivityFacts {
  const content = textOf(document['content']) ?? textOf(document['_misskey_reaction'])
  const { instrument } = document
  return {
    ...head,
    objects: head.object === null ? [] : asArray(document['object']).filter(isObject),
    objectUris: idsOf(document['object'], MAX_OBJECTS),
    targetUri: idOf(document['target']),
    instrument: isObject(instrument) ? instrument : null,
    instrumentUri: idOf(instrument),
    resultUri: idOf(document['result']),
    to: addresseesOf(document['to']),
    cc: addresseesOf(document['cc']),
    published: dateOf(document['published']),
    content: content === null ? null : truncateText(content, 10_000),
    tag: asArray(document['tag']).slice(0, 64).filter(isObject),
  }
}

/** Ids of a `to` or `cc`, the public collection always in its full spelling; text and arrays alike, each once. */
export function addresseesOf(value: unknown): string[] {
  const found = new Set<string>()
  for (const item of asArray(value)) {
    if (found.size >= MAX_ADDRESSEES) break
    const id =
      isPublicCollection(item) || (isObject(item) && isPublicCollection(item['id'])) ? PUBLIC : idOf(item)
    if (id !== null) found.add(id)
  }
  return [...found]
}
