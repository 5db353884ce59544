/**
 * The key by which push services know this home, and the tokens it signs with it. Made once, kept with the other keys of the
 * home; or given by the owner in a setting, and then kept nowhere else.
 * @see RFC 8292
 */
import { type KeyObject, createECDH, createPrivateKey, hkdfSync, sign } from 'node:crypto'
import { boundedMap } from '../../core/bounded-map.ts'
import type { Config } from '../../core/config.ts'
import { vapidPublicKeyOf } from '../../core/vapid-pair.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'

const SETTING = 'vapid_key'
/** Push services take tokens of up to a day. */
const TOKEN_SECONDS = 12 * 3_600
/** Some count how many different tokens they see, so one is used for a while. */
const TOKEN_KEPT_MS = 6 * 3_600_000
const KEPT_TOKENS = 200

export interface VapidKeys {
  /** Uncompressed point, base64url: what apps subscribe with. */
  readonly publicKey: string
  readonly privateKey: KeyObject
  /** Seals what is kept for pushes alone. Another VAPID key opens nothing of it, as its subscriptions are void anyway. */
  readonly sealingKey: Buffer
}

/** @returns the same for every process of the home */
export async function loadVapidKeys(
  db: Querier,
  config: Pick<Config, 'vapidPrivateKey'>,
): Promise<VapidKeys> {
  if (config.vapidPrivateKey !== null) return vapidKeysFrom(config.vapidPrivateKey)
  const kept = await readKey(db)
  if (kept !== null) return vapidKeysFrom(kept)
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const bytes = Buffer.alloc(32)
  const scalar = pair.getPrivateKey()
  // Leading zeros are left away by the library.
  scalar.copy(bytes, bytes.length - scalar.length)
  // Another process may make one at the same moment: the first stays.
  await db
    .insertInto('home_settings')
    .values({ key: SETTING, value: JSON.stringify({ privateKey: bytes.toString('base64url') }) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const made = await readKey(db)
  if (made === null) throw new HomebirdError('INTERNAL', 'the VAPID key was written and cannot be read')
  return vapidKeysFrom(made)
}

async function readKey(db: Querier): Promise<string | null> {
  const row = await db
    .selectFrom('home_settings')
    .select('value')
    .where('key', '=', SETTING)
    .executeTakeFirst()
  if (row === undefined || !('privateKey' in row.value)) return null
  return typeof row.value.privateKey === 'string' ? row.value.privateKey : null
}

/**
 * @param privateKey  32 bytes, base64url
 * @throws HomebirdError SETTING_INVALID for what is no key of the curve
 */
export function vapidKeysFrom(privateKey: string): VapidKeys {
  const publicKey = vapidPublicKeyOf(privateKey)
  if (publicKey === null) throw new HomebirdError('SETTING_INVALID', 'the VAPID key is no key of P-256')
  const point = Buffer.from(publicKey, 'base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: privateKey,
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const secret = Buffer.from(privateKey, 'base64url')
  return {
    publicKey,
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
    sealingKey: Buffer.from(hkdfSync('sha256', secret, '', 'homebird push: sealed tokens', 32)),
  }
}

/** Makes the tokens that show a push service who sends. */
export class VapidSigner {
  readonly #keys: VapidKeys
  readonly #contact: () => string
  readonly #kept = boundedMap<string, string>({ max: KEPT_TOKENS, ttl: TOKEN_KEPT_MS })

  /** @param contact  a URI by which whoever runs a push service finds this home */
  constructor(keys: VapidKeys, contact: () => string) {
    this.#keys = keys
    this.#contact = contact
  }

  get publicKey(): string {
    return this.#keys.publicKey
  }

  /** A JWT for the origin of a push service. */
  tokenFor(origin: string, now: Date): string {
    const kept = this.#kept.get(origin)
    if (kept !== undefined) return kept
    const token = this.#sign({
      aud: origin,
      exp: Math.floor(now.getTime() / 1_000) + TOKEN_SECONDS,
      sub: this.#contact(),
    })
    this.#kept.set(origin, token)
    return token
  }

  #sign(claims: object): string {
    const encoded = [{ typ: 'JWT', alg: 'ES256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const signature = sign('sha256', Buffer.from(encoded), {
      key: this.#keys.privateKey,
      dsaEncoding: 'ieee-p1363',
    })
    return `${encoded}.${signature.toString('base64url')}`
  }
}
