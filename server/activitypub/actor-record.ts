/** From an actor's document, as facts, to the row that stands for it. */
import type { KeyObject } from 'node:crypto'
import type { RemoteActorRecord, RemoteKeyRecord } from '../domain/actors/upsert-remote-actor.ts'
import { hostOf } from '../net/origin.ts'
import { ed25519FromMultikey } from './multikey.ts'
import type { ActorFacts } from './parse-actor.ts'
import { parsePublicKey } from './public-key.ts'

/**
 * @param handleDomain  what WebFinger confirmed; null when it was not asked, and the host stands in its place
 */
export function actorRecord(facts: ActorFacts, handleDomain: string | null): RemoteActorRecord {
  const host = hostOf(facts.uri) ?? ''
  return {
    uri: facts.uri,
    kind: facts.kind,
    host,
    username: facts.username,
    handleDomain: handleDomain ?? host,
    isComplete: handleDomain !== null,
    displayName: facts.name,
    bioHtml: facts.summaryHtml,
    pageUrl: facts.url,
    iconUrl: facts.icon?.url ?? null,
    iconDescription: facts.icon?.description ?? '',
    headerUrl: facts.image?.url ?? null,
    headerDescription: facts.image?.description ?? '',
    fields: facts.fields,
    emojis: facts.emojis,
    inboxUri: facts.inbox,
    sharedInboxUri: facts.sharedInbox,
    outboxUri: facts.outbox,
    followersUri: facts.followers,
    followingUri: facts.following,
    featuredUri: facts.featured,
    featuredTagsUri: facts.featuredTags,
    alsoKnownAs: facts.alsoKnownAs,
    movedToUri: facts.movedTo,
    isLocked: facts.manuallyApprovesFollowers,
    isDiscoverable: facts.discoverable,
    isIndexable: facts.indexable,
    isMemorial: facts.memorial,
    publishedAt: facts.published,
    keys: keyRecords(facts),
  }
}

/** Keys that this program can verify with; others are left out. One id may be listed for both purposes. */
function keyRecords(facts: ActorFacts): RemoteKeyRecord[] {
  const records = new Map<string, RemoteKeyRecord>()
  for (const { id, pem } of facts.publicKeys) {
    const key = parsePublicKey(pem)
    if (key === undefined || records.has(id)) continue
    records.set(id, { keyUri: id, algorithm: key.algorithm, publicKeyPem: pem, isAssertionMethod: false })
  }
  for (const { id, publicKeyMultibase } of facts.assertionMethods) {
    const key = ed25519FromMultikey(publicKeyMultibase)
    if (key === null) continue
    const publicKeyPem = key.export({ type: 'spki', format: 'pem' }).toString()
    const known = records.get(id)
    if (known !== undefined && !isSameKey(known.publicKeyPem, key)) continue
    records.set(id, {
      keyUri: id,
      algorithm: 'ed25519',
      publicKeyPem: known?.publicKeyPem ?? publicKeyPem,
      isAssertionMethod: true,
    })
  }
  return [...records.values()]
}

function isSameKey(pem: string, key: KeyObject): boolean {
  return parsePublicKey(pem)?.publicKey.equals(key) === true
}
