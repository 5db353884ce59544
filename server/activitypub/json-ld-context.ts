/**
 * What the documents of this home mean to JSON-LD: each gets the smallest context that defines whatever it uses beyond
 * ActivityStreams. What a context leaves out, processors drop without a word; what it defines in vain travels with every
 * delivery.
 */
import { type JsonObject, isObject } from './json.ts'
import { ACTIVITYSTREAMS } from './vocabulary.ts'

const link = (iri: string) => ({ '@id': iri, '@type': '@id' }) as const

/** Spelled as everybody spells them: some readers compare contexts as text. */
const PREFIXES: Readonly<Record<string, string>> = {
  toot: 'http://joinmastodon.org/ns#',
  schema: 'http://schema.org#',
  ostatus: 'http://ostatus.org#',
  gts: 'https://gotosocial.org/ns#',
  litepub: 'http://litepub.social/ns#',
}

/** Contexts by the property or the type that needs them. */
const CONTEXTS: ReadonlyMap<string, string> = new Map([
  ['publicKey', 'https://w3id.org/security/v1'],
  ['Multikey', 'https://w3id.org/security/multikey/v1'],
])

/** Properties and types, as the fediverse knows them. */
const TERMS = new Map<string, string | Readonly<Record<string, string>>>([
  // FEP-521a: the context of Multikey does not say where the keys hang.
  ['assertionMethod', link('https://w3id.org/security#assertionMethod')],
  ['manuallyApprovesFollowers', 'as:manuallyApprovesFollowers'],
  ['alsoKnownAs', link('as:alsoKnownAs')],
  ['movedTo', link('as:movedTo')],
  ['featured', link('toot:featured')],
  ['featuredTags', link('toot:featuredTags')],
  ['discoverable', 'toot:discoverable'],
  ['indexable', 'toot:indexable'],
  ['attributionDomains', link('toot:attributionDomains')],
  ['PropertyValue', 'schema:PropertyValue'],
  ['value', 'schema:value'],
  // FEP-2c59.
  ['webfinger', 'https://purl.archive.org/socialweb/webfinger#webfinger'],
  ['sensitive', 'as:sensitive'],
  ['Hashtag', 'as:Hashtag'],
  ['Emoji', 'toot:Emoji'],
  ['blurhash', 'toot:blurhash'],
  ['focalPoint', { '@id': 'toot:focalPoint', '@container': '@list' }],
  ['votersCount', 'toot:votersCount'],
  ['conversation', 'ostatus:conversation'],
  // In ActivityStreams' own context `Note` would be an address below that of the document.
  ['formerType', { '@id': 'as:formerType', '@type': '@vocab' }],
  ['quote', link('https://w3id.org/fep/044f#quote')],
  ['quoteAuthorization', link('https://w3id.org/fep/044f#quoteAuthorization')],
  ['quoteUri', 'http://fedibird.com/ns#quoteUri'],
  ['_misskey_quote', 'https://misskey-hub.net/ns#_misskey_quote'],
  ['_misskey_reaction', 'https://misskey-hub.net/ns#_misskey_reaction'],
  ['EmojiReact', 'litepub:EmojiReact'],
  ['QuoteRequest', 'https://w3id.org/fep/044f#QuoteRequest'],
  ['QuoteAuthorization', 'https://w3id.org/fep/044f#QuoteAuthorization'],
  ['interactingObject', link('gts:interactingObject')],
  ['interactionTarget', link('gts:interactionTarget')],
  ['interactionPolicy', link('gts:interactionPolicy')],
  ['canQuote', link('gts:canQuote')],
  ['automaticApproval', link('gts:automaticApproval')],
])

/** Every context and every vocabulary that a document may name. */
export function listNamedContexts(): string[] {
  const iris = [...TERMS.values()].map((term) => (typeof term === 'string' ? term : (term['@id'] ?? '')))
  const vocabularies = iris.filter((iri) => iri.startsWith('http')).map((iri) => iri.replace(/[^#]*$/, ''))
  return [...new Set([...CONTEXTS.values(), ...Object.values(PREFIXES), ...vocabularies])]
}

/** What every document of this home may mean: for a file of many that is written piece by piece. */
export function wholeContext(): string | ReadonlyArray<string | JsonObject> {
  return contextOf(new Set([...CONTEXTS.keys(), ...TERMS.keys()]))
}

/** The document with its context, which stands in the place of any that it had. */
export function inContext(document: JsonObject): JsonObject {
  const { '@context': _, ...rest } = document
  const used = new Set<string>()
  collectNames(rest, used)
  return { '@context': contextOf(used), ...rest }
}

/** ActivityStreams by its name where nothing else is used, as the first of a list elsewhere. */
function contextOf(used: ReadonlySet<string>): string | ReadonlyArray<string | JsonObject> {
  const contexts = [...CONTEXTS].flatMap(([name, context]) => (used.has(name) ? [context] : []))
  const terms = [...TERMS].filter(([name]) => used.has(name))
  if (contexts.length + terms.length === 0) return ACTIVITYSTREAMS
  const prefixes = terms.flatMap(([, term]) =>
    prefixOf(typeof term === 'string' ? term : (term['@id'] ?? '')),
  )
  const own = terms.length === 0 ? [] : [Object.fromEntries([...prefixes, ...terms])]
  return [ACTIVITYSTREAMS, ...contexts, ...own]
}

function prefixOf(iri: string): Array<[string, string]> {
  const prefix = iri.slice(0, iri.indexOf(':'))
  const meaning = PREFIXES[prefix]
  return meaning === undefined ? [] : [[prefix, meaning]]
}

/** Names of properties and types, at any depth. */
function collectNames(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collectNames(item, names)
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      names.add(key)
      if (key === 'type' && typeof inner === 'string') names.add(inner)
      else collectNames(inner, names)
    }
  }
}
