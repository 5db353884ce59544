/**
 * Whether an actor has really moved: its own document names the target, and the target's document names the actor as
 * another name of its own. Whoever moved on since is followed to where they are now, each step confirmed in the same way.
 */
import type { Actor } from '../domain/actors/actor.ts'
import type { Home } from '../domain/owner/home.ts'
import { hostOf } from '../net/origin.ts'
import type { ActorReading, Dereferencer } from './dereference.ts'

export interface MoveReader {
  readonly home: Pick<Home, 'isOwnHost'>
  readonly dereferencer: Pick<Dereferencer, 'actorByUri' | 'readActor'>
}

export type MoveReading =
  | { readonly outcome: 'confirmed'; readonly target: Actor }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Another time, perhaps. */
  | { readonly outcome: 'unavailable'; readonly reason: string }

/** Who moves further than this in one go is not followed. */
const MOST_STEPS = 4

/**
 * @param from  as it was read a moment ago
 * @param targetUri  what the Move, or the document of the actor, names
 * @returns where the actor is now: at the target, or where the target has moved to since
 * @see security rules 14 and 26
 */
export async function confirmMove(reader: MoveReader, from: Actor, targetUri: string): Promise<MoveReading> {
  if (from.moved_to_uri !== targetUri)
    return refused(`${from.uri} does not say that it moved to ${targetUri}`)
  const passed = new Set([from.uri])
  let here = from
  while (here.moved_to_uri !== null) {
    const next = here.moved_to_uri
    if (passed.has(next)) return refused(`the moves of ${from.uri} lead in a circle`)
    if (passed.size > MOST_STEPS) return refused(`${from.uri} moves on more than ${MOST_STEPS} times`)
    passed.add(next)
    const read = await readFresh(reader, next)
    if (read.outcome === 'unavailable') return { outcome: 'unavailable', reason: `${next}: ${read.reason}` }
    if (read.outcome !== 'found') return refused(`${next} cannot be read`)
    const { actor } = read
    if (actor.uri !== next || !actor.also_known_as.includes(here.uri)) {
      return refused(`${next} does not say that it is ${here.uri} too`)
    }
    here = actor
  }
  return { outcome: 'confirmed', target: here }
}

/** Always from the origin; of our own, the row is the origin. */
export async function readFresh({ home, dereferencer }: MoveReader, uri: string): Promise<ActorReading> {
  if (!home.isOwnHost(hostOf(uri) ?? '')) return dereferencer.readActor(uri)
  const own = await dereferencer.actorByUri(uri)
  return own === null
    ? { outcome: 'missing', reason: 'it is not of this home' }
    : { outcome: 'found', actor: own }
}

function refused(reason: string): MoveReading {
  return { outcome: 'refused', reason }
}
