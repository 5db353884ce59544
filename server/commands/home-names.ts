/** `homebird identity …` and `homebird domain …`: the names under which the owner lives, on the machine itself. */
import { systemClock } from '../core/clock.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { addDomain } from '../domain/owner/domains.ts'
import { addIdentity } from '../domain/owner/identities.ts'
import { listHomeNames } from '../domain/owner/list-names.ts'
import { publishHome } from '../domain/owner/publish-home.ts'
import { borrowedName, lentSentence } from '../contracts/borrowed-names.ts'
import type { CommandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { withAnyHome, withHome } from './with-home.ts'

export interface IdentityOptions extends CommonOptions {
  readonly domain?: string
  readonly displayName?: string
}

export interface DomainOptions extends CommonOptions {
  readonly serviceDomain?: string
}

/** Every identity with its whole handle, and every domain with the host that serves it. */
export async function showNames(options: CommonOptions): Promise<ExitCode> {
  return withAnyHome(options, async (db, io) => {
    const { domains, identities } = await listHomeNames(db)
    io.put({ domains, identities })
    if (domains.length === 0)
      io.say('This home is not set up yet; open the address that homebird serve prints.')
    for (const { username, domain, displayName } of identities)
      io.say(`@${username}@${domain}  ${displayName}`)
    for (const { domain, serviceHost, isPrimary } of domains) {
      const served = serviceHost === domain ? '' : `, served by ${serviceHost}`
      io.say(`${domain}${served}${isPrimary ? '  (first domain)' : ''}`)
    }
  })
}

/** @throws HomebirdError UNPROCESSABLE, NOT_FOUND for a domain that is not of this home, CONFLICT for a taken name */
export async function newIdentity(name: string, options: IdentityOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    const wanted = {
      username: name,
      displayName: options.displayName ?? name,
      domain: options.domain ?? null,
    }
    const identity = await addIdentity(db, wanted, systemClock)
    const handle = `@${identity.username}@${identity.handle_domain}`
    io.put({ added: handle, uri: identity.uri })
    io.say(`${handle} is yours. Sign apps in anew to choose it.`)
  })
}

/** @throws HomebirdError UNPROCESSABLE for a bad name, CONFLICT when it is there already or the home has no address yet */
export async function newDomain(domain: string, options: DomainOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    await addDomain(db, domain, options.serviceDomain ?? null)
    io.put({ added: domain })
    io.say(
      `${domain} belongs to this home. Give it an identity: homebird identity add NAME --domain ${domain}`,
    )
    sayWhoseNameItIs(io, domain, options)
  })
}

/** @throws HomebirdError UNPROCESSABLE for a bad name, UNAVAILABLE before set-up, CONFLICT when there is an address already */
export async function publish(domain: string, options: DomainOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    await publishHome(db, domain, options.serviceDomain ?? null)
    io.put({ published: domain })
    io.say(`This home now lives at ${domain}. Start it again, and lead the domain to its public address.`)
    sayWhoseNameItIs(io, domain, options)
  })
}

function sayWhoseNameItIs(io: CommandIo, domain: string, { serviceDomain }: DomainOptions): void {
  for (const name of new Set([domain, serviceDomain ?? domain])) {
    const lender = borrowedName(name.toLowerCase())
    if (lender !== null) io.say(lentSentence(lender.provider))
  }
}
