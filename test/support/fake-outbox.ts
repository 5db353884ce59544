/** The collections of a scripted actor, in the shapes in which servers of different kinds give them. */
import type { FakeActor, FakeObject } from './fake-peer-actor.ts'
import type { FakePeer } from './fake-peer.ts'

/** Answers `path`, with its query, by documents; everything else is 404. */
export function servesPages(peer: FakePeer, pages: Readonly<Record<string, object>>): void {
  const byPath = new Map<string, Map<string, object>>()
  for (const [address, document] of Object.entries(pages)) {
    const { pathname, search } = new URL(address, peer.origin)
    byPath.set(pathname, (byPath.get(pathname) ?? new Map<string, object>()).set(search, document))
  }
  for (const [path, bySearch] of byPath) {
    peer.answers(path, (request) => {
      const { search } = new URL(request.path, peer.origin)
      const document = bySearch.get(search)
      return document === undefined ? { status: 404 } : { body: document }
    })
  }
}

/** `count` posts of an actor, the first of them the newest, each so many minutes older than the one before. */
export function postsOf(
  actor: FakeActor,
  count: number,
  options: { readonly newestAt?: Date; readonly minutesApart?: number; readonly name?: string } = {},
): FakeObject[] {
  const { newestAt = new Date(Date.now() - 60_000), minutesApart = 60, name = 'post' } = options
  return Array.from({ length: count }, (_, n) =>
    actor.note({
      content: `<p>${name} ${n}</p>`,
      published: new Date(newestAt.getTime() - n * minutesApart * 60_000).toISOString(),
    }),
  )
}

function withoutContext(note: FakeObject): object {
  const { '@context': _, ...rest } = note
  return rest
}

export const createOf = (actor: FakeActor, note: FakeObject): object => ({
  id: `${note.id}/activity`,
  type: 'Create',
  actor: actor.uri,
  published: note['published'],
  to: note['to'],
  cc: note['cc'],
  object: withoutContext(note),
})

/** As Mastodon does: a bare collection, pages by query, activities with their objects. */
export function servesOutbox(
  actor: FakeActor,
  items: readonly object[],
  options: { readonly perPage?: number; readonly totalItems?: unknown } = {},
): void {
  const { perPage = 20, totalItems = items.length } = options
  const id = `${actor.uri}/outbox`
  const pages: Record<string, object> = {
    [id]: { '@context': CONTEXT, id, type: 'OrderedCollection', totalItems, first: `${id}?page=1` },
  }
  const count = Math.max(1, Math.ceil(items.length / perPage))
  for (let page = 1; page <= count; page += 1) {
    pages[`${id}?page=${page}`] = {
      '@context': CONTEXT,
      id: `${id}?page=${page}`,
      type: 'OrderedCollectionPage',
      partOf: id,
      ...(page < count ? { next: `${id}?page=${page + 1}` } : {}),
      orderedItems: items.slice((page - 1) * perPage, page * perPage),
    }
  }
  servesPages(actor.peer as FakePeer, pages)
}

export const CONTEXT = 'https://www.w3.org/ns/activitystreams'
