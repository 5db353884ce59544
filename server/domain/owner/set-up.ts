/** The first hour of a home: its owner, its domain, its first identity and the actor that signs for the home itself. */
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Database, Transaction } from '../../db/pool.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type DomainNames, insertDomain, lockHomeNames, parseDomainNames } from './domains.ts'
import { insertIdentity, insertInstanceActor, parseUsername } from './identities.ts'
import { generateActorKeys } from './keys.ts'
import { UNPUBLISHED_DOMAIN } from './own-uris.ts'
import { hashPassword, isPasswordOf } from './password.ts'

export interface HomeSetUp {
  readonly username: string
  readonly displayName: string
  readonly password: string
  /** Null for a home that is only on this computer for now. */
  readonly domain: string | null
  /** Where it differs from the domain. */
  readonly serviceDomain: string | null
}

/** True when there is an owner. */
export async function isHomeSetUp(db: Database): Promise<boolean> {
  return (await db.selectFrom('owner').select('id').executeTakeFirst()) !== undefined
}

/**
 * Makes everything in one transaction. The same call again, with the same password, changes nothing: a set-up whose
 * answer was lost can be sent again.
 * @throws HomebirdError UNPROCESSABLE for a bad name, domain or password; CONFLICT when the home has an owner already
 */
export async function setUpHome(db: Database, wanted: HomeSetUp, clock: Clock): Promise<void> {
  const username = parseUsername(wanted.username)
  const names: DomainNames =
    wanted.domain === null
      ? { domain: UNPUBLISHED_DOMAIN, serviceHost: UNPUBLISHED_DOMAIN }
      : parseDomainNames(wanted.domain, wanted.serviceDomain)
  if (await isRepetition(db, wanted.password, username, names.domain)) return
  const [passwordHash, ownKeys, instanceKeys] = await Promise.all([
    hashPassword(wanted.password),
    generateActorKeys(),
    generateActorKeys(),
  ])
  await inTransaction(db, async (tx) => {
    await lockHomeNames(tx)
    if (await hasOwner(tx)) throw alreadySetUp()
    await refuseBegunAdoption(tx)
    const now = clock.now()
    await tx
      .insertInto('owner')
      .values({ password_hash: passwordHash, password_changed_at: now, created_at: now })
      .execute()
    const domain = await insertDomain(tx, names, true)
    await insertInstanceActor(tx, domain, instanceKeys, now)
    await insertIdentity(tx, { username, displayName: wanted.displayName, domain, keys: ownKeys }, now)
  })
}

/** @throws HomebirdError CONFLICT when there is an owner and the call is not a repetition */
async function isRepetition(
  db: Database,
  password: string,
  username: string,
  domain: string,
): Promise<boolean> {
  const owner = await db.selectFrom('owner').select('password_hash').executeTakeFirst()
  if (owner === undefined) return false
  const identity = await db
    .selectFrom('actors')
    .select('id')
    .where('domain_id', 'is not', null)
    .where('username', '=', username)
    .where('handle_domain', '=', domain)
    .executeTakeFirst()
  if (identity === undefined || !(await isPasswordOf(owner.password_hash, password))) throw alreadySetUp()
  return true
}

async function hasOwner(tx: Transaction): Promise<boolean> {
  return (await tx.selectFrom('owner').select('id').executeTakeFirst()) !== undefined
}

/** @throws HomebirdError CONFLICT where another server is half taken over */
async function refuseBegunAdoption(tx: Transaction): Promise<void> {
  const begun = await tx.selectFrom('adoption').select('step').executeTakeFirst()
  if (begun === undefined) return
  throw new HomebirdError(
    'CONFLICT',
    `taking a server over here was broken off at "${begun.step}"; go on with: homebird adopt, or begin in another data directory`,
    { safe: 'A server is being taken over here. Go on with: homebird adopt' },
  )
}

function alreadySetUp(): HomebirdError {
  return new HomebirdError('CONFLICT', 'the home has an owner already; it is set up once', {
    safe: 'This home has an owner already.',
  })
}
