/** A received activity on its way through the worker, and what became of it. */
import type { FollowOffer, Row } from '../../db/tables.ts'
import { type JsonObject, parseActivityJson } from '../json.ts'
import { type ActivityFacts, type ActivityType, parseActivity } from '../parse-activity.ts'

export interface InboundMessage {
  /** Of the row. */
  readonly id: string
  readonly host: string
  /** Verified: the activity's actor. */
  readonly signerUri: string
  readonly receivedAt: Date
  readonly activity: ActivityFacts
  /** The whole of it, for what is proved about every word. */
  readonly document: JsonObject
  /** As it came. */
  readonly body: string
  /** How often it was tried before. */
  readonly attempts: number
  readonly followOffer: FollowOffer | null
}

export type MessageOutcome =
  | { readonly kind: 'processed' }
  /** It has no effect here; the reason is for the owner's eyes. */
  | { readonly kind: 'dropped'; readonly reason: string }
  /** Another server has to be asked again later: when the declared interval is over, or sooner. */
  | { readonly kind: 'again'; readonly reason: string; readonly afterSeconds?: number }

export const PROCESSED: MessageOutcome = { kind: 'processed' }

export function dropped(reason: string): MessageOutcome {
  return { kind: 'dropped', reason }
}

/** Types that mean something to this home today; the others are kept for the inspector. */
export const HANDLED = [
  ...([
    'Create',
    'Update',
    'Delete',
    'Announce',
    'Like',
    'EmojiReact',
    'Follow',
    'Accept',
    'Reject',
    'Undo',
    'Block',
    'Move',
    'Add',
    'Remove',
    'QuoteRequest',
    'Flag',
  ] as const),
] satisfies ActivityType[]

export type HandledType = (typeof HANDLED)[number]

const IS_HANDLED: ReadonlySet<string> = new Set(HANDLED)

export function isHandled(type: ActivityType): type is HandledType {
  return IS_HANDLED.has(type)
}

/** Reads a stored body; the door has checked it already, so a body that does not parse was damaged since. */
export function readMessage(row: Row<'inbox_messages'>): InboundMessage | string {
  if (row.body === null) return 'its body was forgotten'
  const json = parseActivityJson(Buffer.from(row.body))
  if (!json.ok) return json.reason
  const parsed = parseActivity(json.document)
  if (parsed.outcome === 'invalid') return parsed.reason
  if (parsed.outcome === 'ignored') return `activities of type ${parsed.type} have no effect here`
  const { activity } = parsed
  if (activity.actorUri !== row.signer_uri) return `the actor ${activity.actorUri} did not sign it`
  if (!isHandled(activity.type)) return `activities of type ${activity.type} have no effect here yet`
  return {
    id: row.id,
    host: row.host,
    signerUri: row.signer_uri,
    receivedAt: row.received_at,
    activity,
    document: json.document,
    body: row.body,
    attempts: row.state_attempts,
    followOffer: row.follow_offer,
  }
}
