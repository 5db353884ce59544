/** The first step: the domains, the actor that signs for the server, what it says of itself, whom it has nothing to do with. */
import { createPrivateKey } from 'node:crypto'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { blockDomains } from '../blocks/domain-blocks.ts'
import { insertDomain, lockHomeNames } from '../owner/domains.ts'
import { editHomeTexts } from '../owner/home-texts.ts'
import { generateActorKeys, insertActorKeys } from '../owner/keys.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { type AdoptionStep, type AdoptionWorld, type Tally, type Taking, addTo } from './step.ts'

export interface KeyPem {
  readonly publicKey: string
  readonly privateKey: string
}

interface HomeRow {
  readonly settings: ReadonlyMap<string, unknown>
  readonly blocked: readonly string[]
  readonly keys: Awaited<ReturnType<typeof generateActorKeys>>
}

export const takeHome: AdoptionStep<HomeRow> = {
  name: 'home',
  batch: 1,
  count: async () => 1,
  async read(world, after) {
    if (after !== '') return []
    return [
      {
        settings: await readSettings(world),
        blocked: await readBlocked(world),
        keys: await generateActorKeys(),
      },
    ]
  },
  keyOf: () => '1',
  async take(tx, world, [row]) {
    if (row === undefined) return { taken: {}, leftOut: {} }
    return takeAll(tx, world, row)
  },
}

async function takeAll(tx: Transaction, world: AdoptionWorld, row: HomeRow): Promise<Taking> {
  const { plan, now } = world
  const taken: Tally = {}
  await lockHomeNames(tx)
  for (const [place, names] of plan.domains.entries()) await insertDomain(tx, names, place === 0)
  addTo(taken, 'domains', plan.domains.length)
  await insertServerActor(tx, world, row)
  const text = (name: string): string => {
    const value = row.settings.get(name)
    return typeof value === 'string' ? htmlToPlainText(value) : ''
  }
  await editHomeTexts(
    tx,
    {
      title: text('site_name'),
      about: text('site_about'),
      privacyPolicy: text('policy_privacy'),
      termsOfService: text('policy_terms'),
    },
    now,
  )
  if (row.blocked.length > 0) await blockDomains(tx, row.blocked, now)
  addTo(taken, 'domain_blocks', row.blocked.length)
  return { taken, leftOut: {} }
}

/** Of the server itself; those of people and identities come with them. */
async function readSettings({ source }: AdoptionWorld): Promise<Map<string, unknown>> {
  const domain = source.field('core_config', 'c', 'domain_id')
  const rows = await source.read<{ key: string; json: unknown }>(
    `select c.key, c.json from core_config c
      where c.user_id is null and c.identity_id is null and (${domain}) is null`,
  )
  return new Map(rows.map(({ key, json }) => [key, json]))
}

async function readBlocked({ source, plan }: AdoptionWorld): Promise<string[]> {
  const rows = await source.read<{ domain: string }>(
    'select d.domain from users_domain d where d.blocked and not d.local order by d.domain',
  )
  const own = new Set(plan.domains.flatMap(({ domain, serviceHost }) => [domain, serviceHost]))
  return rows.map(({ domain }) => domain.toLowerCase()).filter((domain) => !own.has(domain))
}

/** It keeps its id and its key: others have them, and let it read what they show to the signed only. */
async function insertServerActor(
  tx: Transaction,
  { plan, now }: AdoptionWorld,
  { settings, keys }: HomeRow,
): Promise<void> {
  const { mainHost } = plan
  const names = plan.domains.find((each) => each.serviceHost === mainHost || each.domain === mainHost)
  if (names === undefined) throw new HomebirdError('INTERNAL', `${mainHost} is of no planned domain`)
  const { id: domainId } = await tx
    .selectFrom('domains')
    .select('id')
    .where('domain', '=', names.domain)
    .executeTakeFirstOrThrow()
  const uri = `https://${mainHost}/actor/`
  const { id } = await tx
    .insertInto('actors')
    .values({
      uri,
      kind: 'Application',
      domain_id: domainId,
      is_instance_actor: true,
      is_locked: true,
      host: mainHost,
      username: '__system__',
      handle_domain: names.domain,
      inbox_uri: `${uri}inbox/`,
      outbox_uri: `${uri}outbox/`,
      shared_inbox_uri: `https://${mainHost}/inbox/`,
      page_url: `https://${mainHost}/about`,
      published_at: now,
      fetched_at: now,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const own = checkedKeys(
    'the server',
    settings.get('system_actor_private_key'),
    settings.get('system_actor_public_key'),
  )
  await insertActorKeys(
    tx,
    id,
    { rsaKey: `${uri}#main-key`, ed25519Key: `${uri}#ed25519-key` },
    { rsa: own ?? keys.rsa, ed25519: keys.ed25519 },
  )
}

/**
 * @returns null where there is none
 * @throws HomebirdError UNPROCESSABLE for one that cannot be read: with another, others would refuse what is signed
 */
export function checkedKeys(whose: string, privateKey: unknown, publicKey: unknown): KeyPem | null {
  if (typeof privateKey !== 'string' || typeof publicKey !== 'string' || privateKey === '') return null
  try {
    createPrivateKey(privateKey)
    return { privateKey, publicKey }
  } catch (cause) {
    throw new HomebirdError(
      'UNPROCESSABLE',
      `the private key of ${whose} cannot be read; the database may be damaged`,
      { cause },
    )
  }
}
