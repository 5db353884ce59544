/** Whom a post tells something: those it is addressed to, and among them those it means (rule 25). */
import type { ActorReference } from '../domain/actors/actor.ts'
import type { PostFacts } from './parse-object.ts'

export function isAddressed(facts: PostFacts, identity: Pick<ActorReference, 'uri'>): boolean {
  return facts.to.includes(identity.uri) || facts.cc.includes(identity.uri)
}

/**
 * Told are those who are addressed, and named, written to directly, or replied to: whoever is merely in a long list of
 * recipients is not.
 * @param parentAuthorId  who wrote what it replies to, where that is known
 */
export function toldOf<I extends Pick<ActorReference, 'id' | 'uri'>>(
  identities: readonly I[],
  facts: PostFacts,
  parentAuthorId: string | null,
): I[] {
  return identities.filter((identity) => {
    if (!isAddressed(facts, identity)) return false
    const isNamed = facts.mentions.some(({ href }) => href === identity.uri)
    return isNamed || facts.visibility === 'direct' || parentAuthorId === identity.id
  })
}
