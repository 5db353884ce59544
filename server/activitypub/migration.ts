/** An identity's other names and its moves, as the owner types them: whoever is named is read anew before anything is written. */
import { HomebirdError } from '../core/errors.ts'
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Actor } from '../domain/actors/actor.ts'
import { MAX_ALIASES, moveIdentity, setAliases } from '../domain/moves/move-identity.ts'
import type { Home } from '../domain/owner/home.ts'
import { truncateText } from '../domain/text/clean-text.ts'
import { readFresh } from './confirm-move.ts'
import type { Dereferencer } from './dereference.ts'
import { parseWebfingerResource } from './webfinger.ts'

export interface MigrationParts {
  readonly db: Database
  readonly clock: Clock
  readonly home: Pick<Home, 'isOwnHost'>
  readonly dereferencer: Pick<Dereferencer, 'actorByHandle' | 'actorByUri' | 'readActor' | 'resolve'>
}

/**
 * @param named  handles, ids or pages; names that are there already are not read again, so that one whose server has died
 *   does not stand in the way
 * @throws HomebirdError UNPROCESSABLE for somebody who cannot be found and for too many
 */
export async function changeAliases(
  parts: MigrationParts,
  identity: Actor,
  named: readonly string[],
): Promise<void> {
  const typed = [...new Set(named.map((one) => one.trim()).filter((one) => one !== ''))]
  if (typed.length > MAX_ALIASES) {
    throw unprocessable(`an identity has at most ${MAX_ALIASES} other names, not ${typed.length}`)
  }
  const uris = await Promise.all(
    typed.map(async (one) =>
      identity.also_known_as.includes(one) ? one : (await readNamed(parts, one)).uri,
    ),
  )
  await inTransaction(parts.db, async (tx) => setAliases(tx, identity, uris))
}

/**
 * @param named  a handle, id or page
 * @throws HomebirdError UNPROCESSABLE for somebody who cannot be found or does not name the identity, and as `moveIdentity`
 */
export async function moveAway(parts: MigrationParts, identity: Actor, named: string): Promise<Actor> {
  const target = await readNamed(parts, named.trim())
  await inTransaction(parts.db, async (tx) => moveIdentity(tx, identity, target, parts.clock.now()))
  return target
}

async function readNamed(parts: MigrationParts, named: string): Promise<Actor> {
  const { dereferencer } = parts
  const parsed = parseWebfingerResource(named)
  if (parsed === null) throw unprocessable(`${quoted(named)} is neither a handle nor an https address`)
  if (parsed.kind === 'acct') {
    const actor = await dereferencer.actorByHandle(named, { isFresh: true })
    if (actor === null) throw unprocessable(`${quoted(named)} cannot be found`)
    return actor
  }
  const read = await readFresh(parts, parsed.uri)
  if (read.outcome === 'found' && !read.actor.is_instance_actor) return read.actor
  // The address of a page, perhaps; whom it shows is read anew in turn.
  const shown = await dereferencer.resolve(parsed.uri)
  const actor = shown?.kind === 'actor' ? await readFresh(parts, shown.actor.uri) : null
  if (actor?.outcome === 'found' && !actor.actor.is_instance_actor) return actor.actor
  throw unprocessable(`${quoted(named)} cannot be found`)
}

const quoted = (text: string): string => JSON.stringify(truncateText(text, 200))

function unprocessable(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
