/** `homebird domain purge`: everything that is kept of a blocked server goes, in the background. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { systemClock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import { blockDomain, listOwnHosts } from '../domain/blocks/domain-blocks.ts'
import { parseBlockedDomain } from '../domain/blocks/domain-name.ts'
import { countPurge, startPurge } from '../domain/peers/purge-peer.ts'
import { requireYes } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

export interface PurgeOptions extends CommonOptions {
  readonly block?: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** @throws HomebirdError UNPROCESSABLE for what is no server of others, CONFLICT where it is not blocked, USAGE without a yes */
export async function purgeDomain(name: string, options: PurgeOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    const domain = parseBlockedDomain(name, await listOwnHosts(db))
    const { people, posts, isBlocked } = await countPurge(db, domain)
    if (options.dryRun === true) {
      io.put({ domain, people, posts, isBlocked, dryRun: true })
      io.say(`${people} people of ${domain} and ${posts} posts of theirs would go`)
      if (!isBlocked) io.say(`It is not blocked: say --block, or block it in the window first.`)
      return
    }
    if (!isBlocked && options.block !== true)
      throw new HomebirdError(
        'CONFLICT',
        `${domain} is not blocked, and what goes would come again; block it in the window, or give --block: follows in both directions end then`,
      )
    if (options.yes !== true) {
      io.say(`${people} people of ${domain} and of servers below it go, and ${posts} posts of theirs.`)
      if (!isBlocked) io.say('It is blocked: follows in both directions end.')
      await requireYes(io, `to delete ${people} people of ${domain} and ${posts} posts of theirs`)
    }
    const servers = await inTransaction(db, async (tx) => {
      if (!isBlocked) await blockDomain(tx, { domain, comment: '', now: systemClock.now() })
      return startPurge(tx, domain)
    })
    io.put({ domain, people, posts, servers })
    io.say(
      servers === 0
        ? `Nothing is kept of ${domain}.`
        : `${people} people and ${posts} posts go, on ${servers} servers; the worker deletes them a piece at a time.`,
    )
  })
}
