/** Finds whom a text mentions before it is written: known ones at once, others at their servers, within a few seconds. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Row } from '../../db/tables.ts'
import { findActorByHandle } from '../../domain/actors/actor.ts'
import { mentionedAddresses } from '../../domain/posts/compose-post.ts'
import type { Api } from './api.ts'

/** Whom nobody answers for by then stays text. */
const WAIT_MS = 4_000
const MOST_MENTIONS = 50
const MOST_LOOKED_UP = 20

/** Actors by `user@domain` in lower case. */
export async function resolveMentions(
  api: Api,
  author: Row<'actors'>,
  texts: readonly string[],
): Promise<Map<string, Row<'actors'>>> {
  const addresses = [...new Set(texts.flatMap((text) => mentionedAddresses(text, author)))]
  const found = new Map<string, Row<'actors'>>()
  const unknown: string[] = []
  for (const address of addresses.slice(0, MOST_MENTIONS)) {
    const actor = await findKnown(api, address)
    if (actor === undefined) unknown.push(address)
    else found.set(address, actor)
  }
  const wanted = unknown.filter((address) => !isHere(api, address)).slice(0, MOST_LOOKED_UP)
  if (wanted.length === 0) return found
  const patience = new AbortController()
  const lookUps = Promise.all(wanted.map(async (address) => lookUp(api, address, found)))
  await Promise.race([lookUps, delay(WAIT_MS, undefined, { signal: patience.signal })])
  patience.abort()
  // What arrives later must not change what was decided.
  return new Map(found)
}

async function findKnown(api: Api, address: string): Promise<Row<'actors'> | undefined> {
  const [username = '', domain = ''] = address.split('@', 2)
  return findActorByHandle(api.context.db, username, domain)
}

const isHere = (api: Api, address: string): boolean =>
  api.context.home.isOwnHost(address.split('@', 2)[1] ?? '')

async function lookUp(api: Api, address: string, found: Map<string, Row<'actors'>>): Promise<void> {
  const actor = await api.context.dereferencer.actorByHandle(address)
  if (actor !== null) found.set(address, actor)
}
