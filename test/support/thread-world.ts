/** Threads on scripted servers: posts whose replies are listed in collections of every form, and a home that looks at them. */
import type { Row } from '../../server/db/tables.ts'
import { type ThreadFetch, viewThread } from '../../server/domain/threads/ask-for-thread.ts'
import type { FakeActor, FakeObject, NoteFacts } from './fake-peer-actor.ts'
import type { FakePeer } from './fake-peer.ts'
import type { FederationHome } from './federation-home.ts'

/** A post that says where its replies are. */
export function rootNote(by: FakeActor, facts: NoteFacts = {}): FakeObject {
  const note = by.note({ content: '<p>the first</p>', ...facts })
  return by.note({ ...note, replies: `${note.id}/replies` })
}

/** Lists replies in pages that follow each other, at the address that `rootNote` names. */
export function listReplies(peer: FakePeer, note: FakeObject, pages: ReadonlyArray<readonly string[]>): void {
  const id = `${note.id}/replies`
  const { pathname } = new URL(id)
  const page = (number: number): object => ({
    '@context': 'https://www.w3.org/ns/activitystreams',
    id: `${id}?page=${number}`,
    type: 'CollectionPage',
    partOf: id,
    items: pages[number] ?? [],
    ...(number + 1 < pages.length ? { next: `${id}?page=${number + 1}` } : {}),
  })
  peer.answers(pathname, (request) => {
    const number = new URL(request.path, peer.origin).searchParams.get('page')
    if (number !== null) return { body: page(Number(number)) }
    const totalItems = pages.reduce((sum, items) => sum + items.length, 0)
    return { body: { id, type: 'Collection', totalItems, first: `${id}?page=0` } }
  })
}

/** Documents that were asked for: everything but WebFinger and NodeInfo. */
export function documentsAsked(...peers: readonly FakePeer[]): string[] {
  return peers.flatMap((peer) =>
    peer
      .paths()
      .filter((path) => !path.startsWith('/.well-known/') && !path.startsWith('/nodeinfo'))
      .map((path) => `${peer.origin}${path}`),
  )
}

/** The identity of the home looks at the thread of a post that is here. */
export async function looksAt(
  home: FederationHome,
  uri: string,
  at: { readonly now?: Date; readonly cooldownSeconds?: number } = {},
): Promise<ThreadFetch | null> {
  const post = await home.post(uri)
  if (post === undefined) throw new Error(`${uri} is not here`)
  return viewThread(home.db, {
    conversationId: post.conversation_id,
    viewerId: home.me.id,
    cooldownSeconds: at.cooldownSeconds ?? 900,
    now: at.now ?? new Date(),
  })
}

export async function threadRow(home: FederationHome, id: string): Promise<Row<'thread_fetches'>> {
  return home.db.selectFrom('thread_fetches').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** Attempts, one after the other, until the thread is done. @returns how many it took */
export async function worksUntilDone(home: FederationHome, id: string, most = 20): Promise<number> {
  for (let attempts = 1; attempts <= most; attempts += 1) {
    await home.work(attempts === 1 ? {} : { dueWithinSeconds: 60 })
    if ((await threadRow(home, id)).state === 'done') return attempts
  }
  throw new Error(`the thread is not done after ${most} attempts`)
}

/** Makes everything that was postponed due now. */
export async function timePasses(home: FederationHome, threadId: string): Promise<void> {
  await home.db
    .updateTable('thread_finds')
    .set({ retry_at: null })
    .where('thread_id', '=', threadId)
    .where('retry_at', 'is not', null)
    .execute()
  await home.db
    .updateTable('thread_fetches')
    .set({ state_next_attempt_at: new Date(0) })
    .where('id', '=', threadId)
    .where('state', '=', 'reading')
    .execute()
}
