/**
 * Where somebody from elsewhere goes on with what they want to do here: their own server is asked for the address at which
 * it takes such wishes.
 * @see OStatus 1.0 subscribe, which Mastodon and most others keep to
 */
import { findHost } from '../net/origin.ts'
import { askWebfinger } from './confirm-handle.ts'
import { isUri } from './json.ts'
import type { RemoteDocuments } from './remote-documents.ts'
import { parseWebfingerResource } from './webfinger.ts'

/** A visitor waits for it. */
const TOTAL_MS = 5_000

export type VisitorServer =
  | { readonly outcome: 'found'; readonly host: string; readonly url: string }
  /** What was typed names nobody. */
  | { readonly outcome: 'unreadable' }
  /** Whoever it is lives here. */
  | { readonly outcome: 'own' }
  /** Nobody of that name, no answer, or a server that takes no such wishes. */
  | { readonly outcome: 'unknown'; readonly host: string }

/**
 * @param typed   a handle, as its owner writes it
 * @param target  whom or what it is about: a handle or an id of this home
 */
export async function findVisitorServer(
  documents: Pick<RemoteDocuments, 'readJson' | 'readText'>,
  isOwnHost: (host: string) => boolean,
  typed: string,
  target: string,
): Promise<VisitorServer> {
  const address = parseWebfingerResource(typed)
  if (address?.kind !== 'acct') return { outcome: 'unreadable' }
  const { username, host } = address
  if (isOwnHost(host)) return { outcome: 'own' }
  const facts = await askWebfinger(
    {
      readJson: async (uri, types) => documents.readJson(uri, types, TOTAL_MS),
      readText: async (uri, types) => documents.readText(uri, types, TOTAL_MS),
    },
    username,
    host,
  )
  const url = facts?.subscribeTemplate?.replace('{uri}', encodeURIComponent(target))
  if (!isUri(url)) return { outcome: 'unknown', host }
  return { outcome: 'found', host: findHost(new URL(url).host) ?? host, url }
}
