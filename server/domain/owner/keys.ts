/** Makes the key pairs of own actors: RSA-2048, which every server knows, and Ed25519 for RFC 9421 and proofs. */
import { type KeyObject, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Transaction } from '../../db/pool.ts'

const generate = promisify(generateKeyPair)

/** SPKI and PKCS #8, PEM. */
interface KeyPair {
  readonly publicKey: string
  readonly privateKey: string
}

export interface ActorKeyPairs {
  readonly rsa: KeyPair
  readonly ed25519: KeyPair
}

/** Costs some 100 ms on the thread pool: called before a transaction begins, not within. */
export async function generateActorKeys(): Promise<ActorKeyPairs> {
  const [rsa, ed25519] = await Promise.all([
    generate('rsa', { modulusLength: 2048 }),
    generate('ed25519', {}),
  ])
  return { rsa: exported(rsa), ed25519: exported(ed25519) }
}

function exported(pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }): KeyPair {
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

export async function insertActorKeys(
  tx: Transaction,
  actorId: string,
  keyUris: { readonly rsaKey: string; readonly ed25519Key: string },
  keys: ActorKeyPairs,
): Promise<void> {
  await tx
    .insertInto('actor_keys')
    .values([
      {
        key_uri: keyUris.rsaKey,
        actor_id: actorId,
        algorithm: 'rsa',
        public_key_pem: keys.rsa.publicKey,
        private_key_pem: keys.rsa.privateKey,
      },
      {
        key_uri: keyUris.ed25519Key,
        actor_id: actorId,
        algorithm: 'ed25519',
        public_key_pem: keys.ed25519.publicKey,
        private_key_pem: keys.ed25519.privateKey,
      },
    ])
    .execute()
}
