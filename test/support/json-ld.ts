/**
 * Documents as a JSON-LD processor reads them, without a network: contexts come from a package, an unknown one fails, and
 * so does a property that the contexts of its document do not define.
 */
import assert from 'node:assert/strict'
import { preloadedContexts } from '@fedify/vocab-runtime'
import processor from '@fedify/vocab-runtime/jsonld'

export type Expanded = { readonly [iri: string]: unknown }

interface RemoteDocument {
  readonly contextUrl: null
  readonly documentUrl: string
  readonly document: unknown
}

interface Processor {
  expand(
    document: object,
    options: { readonly safe: boolean; readonly documentLoader: typeof offlineContexts },
  ): Promise<readonly Expanded[]>
}

/** Also what a `contextLoader` of typed vocabularies is. */
export async function offlineContexts(url: string): Promise<RemoteDocument> {
  const document = preloadedContexts[url]
  if (document === undefined) throw new Error(`nobody can be expected to know the context ${url}`)
  return Promise.resolve({ contextUrl: null, documentUrl: url, document })
}

/**
 * Expands a document of one node.
 * @throws for what is dropped on the way, for names that stay blank, which is how ActivityStreams' own context hides the
 *   undefined ones, and for ids that are no absolute IRIs
 */
export async function expandWhole(document: object): Promise<Expanded> {
  const options = { safe: true, documentLoader: offlineContexts }
  const nodes = await (processor as unknown as Processor).expand(document, options)
  assert.equal(nodes.length, 1)
  const [node] = nodes
  assert.ok(node)
  const flaws = flawsOf(node, '')
  assert.deepEqual(flaws, [])
  return node
}

function flawsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => flawsOf(item, path))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => flawsAt(`${path} ${key}`, key, inner))
}

function flawsAt(at: string, key: string, inner: unknown): string[] {
  if (key === '@value' || key === '@language') return []
  if (key === '@id' || key === '@type') {
    const wrong = [inner].flat().filter((name) => !isAbsolute(name))
    return wrong.map((name) => `${at} ${String(name)} is no IRI`)
  }
  const flaws = flawsOf(inner, at)
  return key.startsWith('@') || isAbsolute(key) ? flaws : [`${at} is not defined`, ...flaws]
}

const isAbsolute = (name: unknown): boolean => typeof name === 'string' && /^https?:\/\/[^/]/.test(name)

/** The values of a property: ids, literals as `text^^type` or `text@language`, lists as arrays, other nodes whole. */
export function valuesOf(node: Expanded | undefined, iri: string): unknown[] {
  return ((node?.[iri] ?? []) as unknown[]).map(valueOf)
}

function valueOf(value: unknown): unknown {
  const { '@id': id, '@value': literal, '@list': list, ...rest } = value as Expanded
  if (Array.isArray(list)) return list.map(valueOf)
  if (literal !== undefined) {
    const mark = rest['@type'] === undefined ? '' : `^^${String(rest['@type'])}`
    const language = rest['@language'] === undefined ? '' : `@${String(rest['@language'])}`
    return mark === '' && language === '' ? literal : `${String(literal)}${mark}${language}`
  }
  return Object.keys(rest).length === 0 ? id : value
}

/** The nodes that a property leads to. */
export function nodesOf(node: Expanded | undefined, iri: string): Expanded[] {
  return (node?.[iri] ?? []) as Expanded[]
}

/** Every name of a property or a type anywhere in a node. */
export function namesIn(value: unknown, names = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) namesIn(item, names)
  else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (key === '@type') for (const type of [inner].flat()) names.add(String(type))
      if (!key.startsWith('@')) names.add(key)
      namesIn(inner, names)
    }
  }
  return names
}
