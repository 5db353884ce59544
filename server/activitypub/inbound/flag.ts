/** Flag: a complaint about an identity here or its posts, by a person or, most often, by the server of one. The owner reads it. */
import { hash } from 'node:crypto'
import { receiveReport } from '../../domain/reports/receive-report.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

/** Nobody names more posts in one complaint. */
const MOST_POSTS = 40

export async function handleFlags(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  await batch.loadPosts(messages.flatMap(({ activity }) => activity.objectUris))
  for (const message of messages) {
    const reason = await takeFlag(batch, message)
    if (reason === null) batch.done(message)
    else batch.drop(message, reason)
  }
}

async function takeFlag(batch: Batch, message: InboundMessage): Promise<string | null> {
  const { activity, signerUri } = message
  const posts = activity.objectUris.flatMap((uri) => {
    const post = batch.posts.get(uri)
    return post?.is_local === true ? [post] : []
  })
  const named = activity.objectUris.map((uri) => batch.identity(uri)).find((one) => one !== undefined)
  const targetId = named?.id ?? posts[0]?.author_id
  if (targetId === undefined) return 'it is about nobody and nothing of this home'
  const signer = batch.signerOf(message)
  const key = hash('sha256', `${signerUri}\n${activity.objectUris.join('\n')}\n${activity.content ?? ''}`)
  const reportId = await receiveReport(batch.tx, {
    uri: activity.id ?? `${signerUri}#flags/${key}`,
    reporterId: signer.id,
    reporterHost: signer.host,
    targetId,
    postUris: posts
      .filter((post) => post.author_id === targetId)
      .slice(0, MOST_POSTS)
      .map(({ uri }) => uri),
    comment: activity.content ?? '',
  })
  if (reportId === null) return 'it is known, or its server has as many open reports as one may have'
  batch.notify([{ actorId: targetId, kind: 'admin.report', fromActorId: signer.id, postId: null, reportId }])
  return null
}
