/** `homebird actor refresh`: profiles of others are read again by the worker, however fresh they are. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Database, Querier } from '../db/pool.ts'
import { inTransaction, wakeWorker } from '../db/transaction.ts'
import { findActorByHandle } from '../domain/actors/actor.ts'
import { type KnownPeople, refreshActors, refreshKnownPeople } from '../domain/actors/actor-freshness.ts'
import { findHost } from '../net/origin.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

export interface RefreshOptions extends CommonOptions {
  readonly host?: string
  readonly all?: boolean
}

/** @throws HomebirdError USAGE without anybody named, and for who is not known or lives here */
export async function refreshPeople(handles: readonly string[], options: RefreshOptions): Promise<ExitCode> {
  const ways = [handles.length > 0, options.host !== undefined, options.all === true].filter(Boolean).length
  if (ways !== 1)
    throw new HomebirdError('USAGE', 'say whom: handles such as ana@first.example, or --host NAME, or --all')
  return withHome(options, async (db, io) => {
    const count =
      handles.length > 0
        ? await refreshNamed(db, handles)
        : await refreshAll(db, options.all === true ? 'followed' : { host: hostOf(options.host) })
    io.put({ people: count })
    io.say(count === 0 ? 'Nobody of them is known here.' : `${count} profiles are read again by the worker.`)
  })
}

/** As it stands with people: in lower case, letters of other scripts as punycode. */
function hostOf(name = ''): string {
  const host = findHost(name.trim())
  if (host !== undefined) return host
  throw new HomebirdError(
    'USAGE',
    `${JSON.stringify(name.slice(0, 100))} is no server; write it like first.example`,
  )
}

async function refreshNamed(db: Database, handles: readonly string[]): Promise<number> {
  const ids: string[] = []
  for (const handle of handles) ids.push(await idOf(db, handle))
  await inTransaction(db, async (tx) => {
    await refreshActors(tx, ids)
    await wakeWorker(tx, 'actors')
  })
  return new Set(ids).size
}

async function idOf(db: Querier, handle: string): Promise<string> {
  const [, username, domain] = /^(?:acct:)?@?([^@\s]+)@([^@\s]+)$/.exec(handle.trim()) ?? []
  if (username === undefined || domain === undefined)
    throw new HomebirdError(
      'USAGE',
      `${JSON.stringify(handle)} is no handle; write it like ana@first.example`,
    )
  const actor = await findActorByHandle(db, username, hostOf(domain))
  if (actor === undefined)
    throw new HomebirdError(
      'USAGE',
      `nobody called ${username}@${domain} is known here; search for them first`,
    )
  if (actor.is_local)
    throw new HomebirdError('USAGE', `${username}@${domain} lives here: there is nothing to read again`)
  return actor.id
}

async function refreshAll(db: Database, whom: KnownPeople): Promise<number> {
  let sum = 0
  for (let after: string | null = '0'; after !== null;) {
    const from: string = after
    const { last, count } = await inTransaction(db, async (tx) => {
      const done = await refreshKnownPeople(tx, whom, from)
      await wakeWorker(tx, 'actors')
      return done
    })
    sum += count
    after = last
  }
  return sum
}
