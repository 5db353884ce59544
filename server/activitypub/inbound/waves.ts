/**
 * The order in which the activities of one batch take effect. Those that have nothing in common go together, whatever
 * their order was; those that have (a post and its deletion, an Accept and the post that follows it) go one after the
 * other.
 */
import { idOf, textOf } from '../json.ts'
import type { HandledType, InboundMessage } from './message.ts'

/** Types that change who follows or blocks whom, and so what becomes of everything else by the same actor. */
const RELATIONS: ReadonlySet<string> = new Set<HandledType>([
  'Follow',
  'Accept',
  'Reject',
  'Undo',
  'Block',
  'Move',
])

interface Touch {
  readonly type: string
  readonly isRelation: boolean
  readonly wave: number
}

/** @param messages  in the order of their arrival; each comes in exactly one wave, activities of one type in order */
export function wavesOf(messages: readonly InboundMessage[]): InboundMessage[][] {
  const byObject = new Map<string, Touch[]>()
  const byActor = new Map<string, Touch[]>()
  const waves: InboundMessage[][] = []
  for (const message of messages) {
    const { type } = message.activity
    const isRelation = RELATIONS.has(type)
    const objects = objectsOf(message)
    const wave = Math.max(
      0,
      ...objects.flatMap((uri) => (byObject.get(uri) ?? []).map((earlier) => after(earlier, type))),
      ...(byActor.get(message.signerUri) ?? [])
        .filter((earlier) => earlier.isRelation || isRelation)
        .map((earlier) => after(earlier, type)),
    )
    const touch = { type, isRelation, wave }
    for (const uri of objects) remember(byObject, uri, touch)
    remember(byActor, message.signerUri, touch)
    waves[wave] = [...(waves[wave] ?? []), message]
  }
  return waves
}

/** Activities of one type are handled in their order within a wave. */
function after(earlier: Touch, type: string): number {
  return earlier.type === type ? earlier.wave : earlier.wave + 1
}

/** Only the last of each type matters: it is in the latest wave of its type. */
function remember(touches: Map<string, Touch[]>, key: string, touch: Touch): void {
  const others = (touches.get(key) ?? []).filter(({ type }) => type !== touch.type)
  touches.set(key, [...others, touch])
}

/** Ids of the activity, of its object, and of the object of that, as in an Undo; of a hashtag its name. */
function objectsOf({ activity }: InboundMessage): string[] {
  const { object, id, objectUri } = activity
  const nested = object === null ? null : idOf(object['object'])
  const name = object === null || objectUri !== null ? null : (textOf(object['name'])?.toLowerCase() ?? null)
  return [...new Set([id, objectUri, nested, name].filter((one) => one !== null))]
}
