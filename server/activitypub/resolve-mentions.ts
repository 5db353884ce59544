/** Finds whom a text mentions before it is written: known ones at once, others at their servers, within a few seconds. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { findActorByHandle } from '../domain/actors/actor.ts'
import type { Home } from '../domain/owner/home.ts'
import { mentionedAddresses } from '../domain/posts/compose-post.ts'
import type { Dereferencer } from './dereference.ts'

/** Whom nobody answers for by then stays text. */
const WAIT_MS = 4_000
const MOST_MENTIONS = 50
const MOST_LOOKED_UP = 20

export interface MentionParts {
  readonly db: Database
  readonly home: Pick<Home, 'isOwnHost'>
  readonly dereferencer: Pick<Dereferencer, 'actorByHandle'>
}

/** Actors by `user@domain` in lower case. */
export async function resolveMentions(
  parts: MentionParts,
  author: Row<'actors'>,
  texts: readonly string[],
): Promise<Map<string, Row<'actors'>>> {
  const addresses = [...new Set(texts.flatMap((text) => mentionedAddresses(text, author)))]
  const found = new Map<string, Row<'actors'>>()
  const unknown: string[] = []
  for (const address of addresses.slice(0, MOST_MENTIONS)) {
    const actor = await findKnown(parts, address)
    if (actor === undefined) unknown.push(address)
    else found.set(address, actor)
  }
  const wanted = unknown.filter((address) => !isHere(parts, address)).slice(0, MOST_LOOKED_UP)
  if (wanted.length === 0) return found
  const patience = new AbortController()
  const lookUps = Promise.all(wanted.map(async (address) => lookUp(parts, address, found)))
  await Promise.race([lookUps, delay(WAIT_MS, undefined, { signal: patience.signal })])
  patience.abort()
  // What arrives later must not change what was decided.
  return new Map(found)
}

async function findKnown(parts: MentionParts, address: string): Promise<Row<'actors'> | undefined> {
  const [username = '', domain = ''] = address.split('@', 2)
  return findActorByHandle(parts.db, username, domain)
}

const isHere = (parts: MentionParts, address: string): boolean =>
  parts.home.isOwnHost(address.split('@', 2)[1] ?? '')

async function lookUp(
  parts: MentionParts,
  address: string,
  found: Map<string, Row<'actors'>>,
): Promise<void> {
  const actor = await parts.dereferencer.actorByHandle(address)
  if (actor !== null) found.set(address, actor)
}
