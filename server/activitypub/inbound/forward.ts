/** Which received activities are passed on to followers, as far as the activity itself tells. */
import type { Visibility } from '../../db/tables.ts'
import { type ForwardedReply, forwardReplies } from '../../domain/fan-outs/forward-replies.ts'
import { isObject } from '../json.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

/** A message with the reply that it is about. */
export interface AboutPost {
  readonly message: InboundMessage
  readonly post: {
    readonly id: string
    readonly uri: string
    /** As the activity has it: an edit may be for fewer people than what it edits. */
    readonly visibility: Visibility
  }
}

/** For replies that are here, by their author; costs nothing where there is none. */
export async function passOn(batch: Batch, about: readonly AboutPost[]): Promise<void> {
  await forwardReplies(batch.tx, about.flatMap(forwardedReply))
}

function forwardedReply({ message, post }: AboutPost): ForwardedReply[] {
  const { activity, body, host, document } = message
  const isOpen = post.visibility === 'public' || post.visibility === 'unlisted'
  if (!isOpen || activity.id === null) return []
  if (namesHidden(document) || namesHidden(activity.object)) return []
  const { id, type } = activity
  return [{ activity: { id, type }, body, postId: post.id, postUri: post.uri, host }]
}

/** Whoever names hidden recipients has sent us something that was not meant to be read by others as it is. */
function namesHidden(value: unknown): boolean {
  return isObject(value) && (value['bto'] !== undefined || value['bcc'] !== undefined)
}
