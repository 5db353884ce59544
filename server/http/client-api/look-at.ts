/**
 * What looking at a post causes: an old copy is read again, and a thread is completed, in the background. Only the looks
 * of an identity count; what strangers open here costs other servers nothing.
 * @see Mastodon API, async refreshes: the header tells that there is more to come
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Status } from '../../contracts/status.ts'
import { findVisiblePost } from '../../domain/posts/find-post.ts'
import { refreshStalePost } from '../../domain/posts/refreshed-post.ts'
import type { PostRow } from '../../domain/posts/status-facts.ts'
import { type ThreadFetch, viewThread } from '../../domain/threads/ask-for-thread.ts'
import { viewerIdOf } from './access.ts'
import type { Api } from './api.ts'

/** After so many seconds an app may ask again. */
const RETRY_SECONDS = 5

/**
 * To be called when a post is shown on its own. Of a post that its viewer has boosted, liked or kept, the thread is of
 * interest too.
 */
export async function lookAtPost(
  api: Api,
  request: FastifyRequest,
  post: PostRow,
  status: Status,
): Promise<void> {
  const viewerId = viewerIdOf(request)
  if (viewerId === null) return
  api.looks.atStatuses(viewerId, [status])
  const { db } = api.context
  const { boost_of_id: boostOf } = post
  const shown = boostOf === null ? post : await findVisiblePost(db, viewerId, boostOf)
  if (shown === undefined) return
  await refreshStalePost(db, shown, api.now())
  const isKept = [status.reblogged, status.favourited, status.bookmarked].includes(true)
  if (isKept || boostOf !== null) await completeThread(api, viewerId, shown)
}

/** To be called when a thread is shown: the answer says whether more of it is on the way. */
export async function lookAtThread(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  post: PostRow,
): Promise<void> {
  const viewerId = viewerIdOf(request)
  if (viewerId === null) return
  await refreshStalePost(api.context.db, post, api.now())
  const thread = await completeThread(api, viewerId, post)
  if (thread?.isRunning !== true) return
  const facts = `id="${thread.id}", retry=${RETRY_SECONDS}, result_count=${thread.postsStored}`
  void reply.header('mastodon-async-refresh', facts)
}

async function completeThread(api: Api, viewerId: string, post: PostRow): Promise<ThreadFetch | null> {
  return viewThread(api.context.db, {
    conversationId: post.conversation_id,
    viewerId,
    cooldownSeconds: api.context.config.threadCooldown,
    now: api.now(),
  })
}
