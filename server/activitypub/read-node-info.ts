/** Reads what another server tells about itself. */
import { type NodeInfoFacts, findNodeInfoUri, parseNodeInfo } from './nodeinfo.ts'
import { sameOrigin } from '../net/origin.ts'
import { type DocumentFailure, RemoteDocuments, type RemoteParts } from './remote-documents.ts'

export type NodeInfoReading =
  | { readonly outcome: 'found'; readonly facts: NodeInfoFacts }
  /** It has none, or none that is understood; `isThere` where it has said so itself. */
  | { readonly outcome: 'none'; readonly reason: string; readonly isThere: boolean }
  | { readonly outcome: 'unavailable'; readonly reason: string }

const TYPES = ['application/json', 'application/jrd+json', 'application/activity+json'] as const

/** @param host  canonical `host[:port]` */
export async function readNodeInfo(parts: RemoteParts, host: string): Promise<NodeInfoReading> {
  const documents = new RemoteDocuments(parts)
  const discovery = await documents.readJson(`https://${host}/.well-known/nodeinfo`, TYPES)
  if (discovery.outcome !== 'found') return readingOf(discovery)
  const uri = findNodeInfoUri(discovery.document)
  // It speaks for its own server only.
  if (uri === null || !sameOrigin(uri, discovery.finalUrl)) {
    return { outcome: 'none', reason: `${host} names no NodeInfo of its own`, isThere: true }
  }
  const found = await documents.readJson(uri, TYPES)
  return found.outcome === 'found'
    ? { outcome: 'found', facts: parseNodeInfo(found.document) }
    : readingOf(found)
}

function readingOf(failure: DocumentFailure): NodeInfoReading {
  if (failure.outcome === 'unavailable') return { outcome: 'unavailable', reason: failure.reason }
  if (failure.outcome === 'gone') return { outcome: 'none', reason: 'it is gone', isThere: true }
  return { outcome: 'none', reason: failure.reason, isThere: failure.outcome === 'missing' }
}
