/** `homebird token`: access for scripts and for apps that cannot ask for it, made and taken away on the machine itself. */
import type { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { inTransaction } from '../db/transaction.ts'
import { type AppAccess, endAppAccess, listAppAccess } from '../domain/oauth/app-access.ts'
import { issuePersonalToken } from '../domain/oauth/personal-tokens.ts'
import { DEFAULT_SCOPES, SCOPES } from '../domain/oauth/scopes.ts'
import { identityOf } from './import.ts'
import type { CommonOptions } from './options.ts'
import { withAnyHome, withHome } from './with-home.ts'

export interface TokenOptions extends CommonOptions {
  readonly scope?: readonly string[]
  readonly identity?: string
}

/** Every app that has access; the tokens themselves are known to nobody but the apps. */
export async function listTokens(options: CommonOptions): Promise<ExitCode> {
  return withAnyHome(options, async (db, io) => {
    const access = await listAppAccess(db)
    io.put({ access: access.map(factsOf) })
    if (access.length === 0)
      io.say('no app has access; make one for a script with: homebird token create NAME')
    for (const { appId, name, handle, isPersonal, scopes, lastUsedAt } of access) {
      const used = lastUsedAt === null ? 'never used' : `used ${lastUsedAt.toISOString()}`
      io.say(`${appId}  ${name}${isPersonal ? ' (by hand)' : ''}  @${handle}  ${scopes.join(' ')}  ${used}`)
    }
  })
}

const factsOf = ({ appId, name, handle, isPersonal, scopes, tokens, createdAt, lastUsedAt }: AppAccess) => ({
  id: appId,
  name,
  handle: `@${handle}`,
  isPersonal,
  scopes,
  tokens,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
})

/** @throws HomebirdError USAGE for a scope or an identity that is none, and as `issuePersonalToken` */
export async function createToken(name: string, options: TokenOptions): Promise<ExitCode> {
  const scopes = options.scope ?? DEFAULT_SCOPES
  const unknown = scopes.find((scope) => !SCOPES.includes(scope))
  if (unknown !== undefined)
    throw new HomebirdError('USAGE', `"${unknown}" is no scope; there are ${SCOPES.join(', ')}`)
  return withHome(options, async (db, io) => {
    const actorId = await identityOf(db, options.identity)
    const { token } = await inTransaction(db, async (tx) =>
      issuePersonalToken(tx, { actorId, name, scopes }, new Date()),
    )
    io.put({ name, scopes, token })
    // Alone, so that a script can take it up.
    io.say(token)
    if (!io.json && process.stdout.isTTY)
      io.say(`It is shown this once and may: ${scopes.join(' ')}. Take it away with: homebird token revoke`)
  })
}

/** @throws HomebirdError USAGE for an id that is none of an app with access */
export async function revokeToken(id: string, options: CommonOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    const found = (await listAppAccess(db)).filter(({ appId }) => appId === id)
    if (found.length === 0)
      throw new HomebirdError(
        'USAGE',
        `"${id}" is no app that has access; homebird token list shows their ids`,
      )
    for (const access of found) await inTransaction(db, async (tx) => endAppAccess(tx, access, new Date()))
    io.put({ revoked: found.map(factsOf) })
    for (const { name, handle } of found) io.say(`${name} has no access as @${handle} any more`)
  })
}
