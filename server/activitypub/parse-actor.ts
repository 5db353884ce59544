/** Actor documents of other servers as facts: checked, capped and sanitised, whatever the dialect. */
import { cleanLine } from '../domain/text/clean-text.ts'
import { decodeEntities } from '../domain/text/escape-html.ts'
import { htmlToPlainText } from '../domain/text/plain-text.ts'
import { sanitizeHtml } from '../domain/text/sanitize-html.ts'
import { sameOrigin } from '../net/origin.ts'
import {
  asArray,
  dateOf,
  flagOf,
  idOf,
  idsOf,
  isObject,
  isUri,
  linksOf,
  numberOf,
  pageUrlOf,
  textOf,
  typeOf,
} from './json.ts'
import type { JsonObject, WebLink } from './json.ts'
import { parseTags } from './parse-tags.ts'
import type { EmojiFact } from './parse-tags.ts'
import { isActorKind } from './vocabulary.ts'
import type { ActorKind } from './vocabulary.ts'

/** Security rule 31. */
const MAX_NAME_LENGTH = 2_048
const MAX_BIO_LENGTH = 20_000
const MAX_FIELDS = 50
const MAX_FIELD_LENGTH = 2_047
const MAX_ALIASES = 256
const MAX_KEYS = 16
const MAX_PEM_LENGTH = 16_384

export interface PublicKeyFact {
  /** Id of the key, on the actor's own origin. */
  readonly id: string
  readonly pem: string
}

export interface MultikeyFact {
  readonly id: string
  /** Multibase form of a multicodec key, such as `z6Mk…` for Ed25519. @see FEP-521a */
  readonly publicKeyMultibase: string
}

export interface ImageFact {
  readonly url: string
  readonly mediaType: string | null
  /** Alternative text, plain. */
  readonly description: string | null
}

export interface FieldFact {
  /** Plain text. */
  readonly name: string
  /** Sanitised HTML. */
  readonly value: string
}

export interface ActorFacts {
  readonly uri: string
  readonly kind: ActorKind
  readonly username: string
  /** Plain text, possibly empty: show the user name then. */
  readonly name: string
  /** Sanitised HTML. */
  readonly summaryHtml: string
  /** The profile page. */
  readonly url: string | null
  readonly icon: ImageFact | null
  readonly image: ImageFact | null
  readonly inbox: string
  readonly sharedInbox: string | null
  readonly outbox: string | null
  readonly followers: string | null
  readonly following: string | null
  readonly featured: string | null
  readonly featuredTags: string | null
  /** Only keys that name this actor as their owner, on its origin. */
  readonly publicKeys: readonly PublicKeyFact[]
  readonly assertionMethods: readonly MultikeyFact[]
  readonly fields: readonly FieldFact[]
  readonly emojis: readonly EmojiFact[]
  readonly alsoKnownAs: readonly string[]
  readonly movedTo: string | null
  readonly manuallyApprovesFollowers: boolean
  readonly discoverable: boolean
  readonly indexable: boolean
  readonly memorial: boolean
  readonly suspended: boolean
  readonly published: Date | null
  /** `user@domain` that the actor claims (FEP-2c59); WebFinger must confirm it before it is shown (rule 23). */
  readonly webfinger: string | null
}

export type ParsedActor =
  | { readonly ok: true; readonly actor: ActorFacts }
  | { readonly ok: false; readonly reason: string }

/** No space, no `@`, nothing that ends a path segment: what can stand before the `@` of a handle. */
const USERNAME = /^[^\s@/?#<>"'\\:]{1,255}$/u

/**
 * Reads an actor document.
 * @returns a reason when the type is no actor's, or id, user name or inbox are missing or not on one origin. Any other
 * property of a wrong form is dropped, and an endpoint elsewhere than on the actor's own origin too.
 * @see ActivityPub 4, security rules 20, 22, 31, 51
 */
export function parseActor(document: JsonObject): ParsedActor {
  const kind = typeOf(document)
  if (!isActorKind(kind)) return { ok: false, reason: `an object of type ${kind ?? 'none'} is no actor` }
  const uri = document['id']
  if (!isUri(uri)) return { ok: false, reason: 'the actor has no https id' }
  const inbox = document['inbox']
  if (!isUri(inbox) || !sameOrigin(inbox, uri))
    return { ok: false, reason: `the inbox of ${uri} is not on its own origin` }
  const username = usernameOf(document)
  if (username === null) return { ok: false, reason: `${uri} has no usable preferredUsername` }
  const { emojis } = parseTags(document['tag'])
  return {
    ok: true,
    actor: {
      uri,
      kind,
      username,
      emojis,
      inbox,
      ...profileOf(document),
      ...endpointsOf(document, uri),
      ...keysOf(document, uri),
      ...relationsOf(document, uri),
      ...flagsOf(document),
    },
  }
}

function usernameOf(document: JsonObject): string | null {
  const username = textOf(document['preferredUsername'])?.trim() ?? ''
  return USERNAME.test(username) ? username : null
}

type Profile = Pick<
  ActorFacts,
  'name' | 'summaryHtml' | 'url' | 'icon' | 'image' | 'fields' | 'published' | 'webfinger'
>

function profileOf(document: JsonObject): Profile {
  const handle = textOf(document['webfinger'])?.replace(/^(?:acct:|@)/, '') ?? ''
  return {
    name: cleanLine(decodeEntities(textOf(document['name']) ?? ''), MAX_NAME_LENGTH),
    summaryHtml: sanitizeHtml(textOf(document['summary']) ?? '', MAX_BIO_LENGTH),
    url: pageUrlOf(document['url']),
    icon: imageOf(document['icon']),
    image: imageOf(document['image']),
    fields: fieldsOf(document['attachment']),
    published: dateOf(document['published']),
    webfinger: /^[^\s@]{1,255}@[^\s@/]{1,255}$/.test(handle) ? handle : null,
  }
}

/** The largest of the pictures offered; without sizes the first. */
function imageOf(value: unknown): ImageFact | null {
  const width = (link: WebLink): number => numberOf(link.source?.['width'], 0, 65_535) ?? 0
  const [link] = linksOf(value)
    .filter((candidate) => candidate.href.startsWith('https://'))
    .toSorted((one, other) => width(other) - width(one))
  if (link === undefined) return null
  const description = cleanLine(
    textOf(link.source?.['summary']) ?? textOf(link.source?.['name']) ?? '',
    1_500,
  )
  return { url: link.href, mediaType: link.mediaType, description: description === '' ? null : description }
}

function fieldsOf(value: unknown): FieldFact[] {
  return asArray(value)
    .filter(isObject)
    .filter((item) => /(?:^|[:#])PropertyValue$/.test(typeOf(item) ?? ''))
    .slice(0, MAX_FIELDS)
    .map((item) => ({
      name: cleanLine(htmlToPlainText(textOf(item['name']) ?? ''), MAX_FIELD_LENGTH),
      value: sanitizeHtml(textOf(item['value'] ?? item['schema:value']) ?? '', MAX_FIELD_LENGTH),
    }))
    .filter((field) => field.name !== '')
}

type Endpoints = Pick<
  ActorFacts,
  'sharedInbox' | 'outbox' | 'followers' | 'following' | 'featured' | 'featuredTags'
>

function endpointsOf(document: JsonObject, uri: string): Endpoints {
  const endpoints = isObject(document['endpoints']) ? document['endpoints'] : {}
  const own = (value: unknown): string | null => {
    const endpoint = idOf(value)
    return endpoint !== null && sameOrigin(endpoint, uri) ? endpoint : null
  }
  return {
    sharedInbox: own(endpoints['sharedInbox'] ?? document['sharedInbox']),
    outbox: own(document['outbox']),
    followers: own(document['followers']),
    following: own(document['following']),
    featured: own(document['featured']),
    featuredTags: own(document['featuredTags']),
  }
}

function keysOf(document: JsonObject, uri: string): Pick<ActorFacts, 'publicKeys' | 'assertionMethods'> {
  const publicKeys: PublicKeyFact[] = []
  for (const key of asArray(document['publicKey']).slice(0, MAX_KEYS)) {
    if (!isObject(key) || !isUri(key['id']) || !sameOrigin(key['id'], uri)) continue
    const pem = key['publicKeyPem']
    const isOwn = idOf(key['owner'] ?? key['controller'] ?? uri) === uri
    if (isOwn && typeof pem === 'string' && pem.length <= MAX_PEM_LENGTH)
      publicKeys.push({ id: key['id'], pem })
  }
  const assertionMethods: MultikeyFact[] = []
  for (const key of asArray(document['assertionMethod']).slice(0, MAX_KEYS)) {
    if (!isObject(key) || !isUri(key['id']) || !sameOrigin(key['id'], uri)) continue
    const { publicKeyMultibase } = key
    const isOwn = typeOf(key) === 'Multikey' && key['controller'] === uri
    if (
      isOwn &&
      typeof publicKeyMultibase === 'string' &&
      /^z[1-9A-HJ-NP-Za-km-z]{16,2048}$/.test(publicKeyMultibase)
    )
      assertionMethods.push({ id: key['id'], publicKeyMultibase })
  }
  return { publicKeys, assertionMethods }
}

function relationsOf(document: JsonObject, uri: string): Pick<ActorFacts, 'alsoKnownAs' | 'movedTo'> {
  const movedTo = idOf(document['movedTo'])
  return {
    alsoKnownAs: idsOf(document['alsoKnownAs'], MAX_ALIASES).filter((alias) => alias !== uri),
    movedTo: movedTo === uri ? null : movedTo,
  }
}

type Flags = Pick<
  ActorFacts,
  'manuallyApprovesFollowers' | 'discoverable' | 'indexable' | 'memorial' | 'suspended'
>

function flagsOf(document: JsonObject): Flags {
  return {
    manuallyApprovesFollowers: flagOf(document['manuallyApprovesFollowers']),
    discoverable: flagOf(document['discoverable']),
    indexable: flagOf(document['indexable']),
    memorial: flagOf(document['memorial']),
    suspended: flagOf(document['suspended']),
  }
}
