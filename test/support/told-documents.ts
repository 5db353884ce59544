/** All that a busy home has sent and serves, to be found by what it is. */
import assert from 'node:assert/strict'
import { type BusyHome, type Document, type Told, doesEverything, openBusyHome } from './busy-home.ts'

export interface ToldDocuments {
  readonly busy: BusyHome
  readonly told: Told
  readonly sent: readonly Document[]
  /** By address. */
  readonly served: ReadonlyMap<string, Document>
  /** Both, with names for messages. */
  readonly all: ReadonlyArray<readonly [string, Document]>
  /** What stands at an address. */
  readonly at: (uri: string) => Document
  /** The last activity of a kind, about an object where that is told. */
  readonly last: (kind: string, about?: string) => Document
}

export const objectOf = ({ object }: Document): Document =>
  (typeof object === 'object' && !Array.isArray(object) ? object : {}) as Document

/** Such as `Create Note`. */
export const kindOf = (one: Document): string =>
  [one['type'], objectOf(one)['type']].filter((type) => type !== undefined).join(' ')

export async function collectToldDocuments(): Promise<ToldDocuments> {
  const busy = await openBusyHome()
  const told = await doesEverything(busy)
  const sent = await busy.sent()
  const served = await collectServed(busy, told, sent)
  return {
    busy,
    told,
    sent,
    served,
    all: [...sent.map((one) => [kindOf(one), one] as const), ...served],
    at(uri) {
      const document = served.get(uri)
      assert.ok(document, uri)
      return document
    },
    last(kind, about) {
      const isMeant = (one: Document): boolean => about === undefined || objectOf(one)['id'] === about
      const found = sent.findLast((one) => kindOf(one) === kind && isMeant(one))
      assert.ok(found, kind)
      return found
    },
  }
}

async function collectServed(busy: BusyHome, told: Told, sent: readonly Document[]) {
  const { post, polls, ownStamp, deleted, mask } = told
  const me = busy.home.me.uri
  const boost = sent.find(({ type }) => type === 'Announce')
  const uris = [
    ...['ap/instance', 'ap/instance/outbox'].map((path) => `https://home.example/${path}`),
    ...['', '/outbox', '/followers', '/following', '/featured', '/tags'].map((path) => `${me}${path}`),
    ...['', '/activity', '/context', '/replies', '/likes', '/shares'].map((path) => `${post.uri}${path}`),
    ...polls.map(({ uri }) => uri),
    String(boost?.['id']),
    ownStamp,
  ]
  const documents = new Map<string, Document>()
  for (const uri of uris) {
    const document = await busy.served(uri)
    documents.set(uri, document)
    const { first } = document
    if (typeof first === 'string') documents.set(first, await busy.served(first))
  }
  for (const uri of [deleted.uri, mask.uri]) documents.set(uri, await busy.served(uri, undefined, 410))
  // What is said once more, after something that looks like its end, has another id.
  const standing = sent.filter(
    ({ id, content }) => content === ':blob:' && /\/reactions\/\d+$/.test(String(id)),
  )
  for (const one of standing) {
    const reader = one['type'] === 'Like' ? busy.ana : busy.quinn
    documents.set(String(one['id']), await busy.served(one['id'], reader))
  }
  return documents
}
