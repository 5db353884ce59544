/**
 * Which kind of signature other servers take: the older one is tried first, and what a server has shown to want instead
 * is remembered for a while, for deliveries and for fetches alike.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Clock } from '../../core/clock.ts'
import type { Database, Querier } from '../../db/pool.ts'

/** `cavage` and `rfc9421` are made with the RSA key that every server knows. */
export type SignatureKind = 'cavage' | 'rfc9421' | 'rfc9421_ed25519'

/** True for rows of `peers` that want RFC 9421, as far as was seen lately (rule 47). */
export const WANTS_RFC9421: RawBuilder<boolean> = sql<boolean>`(prefers_rfc9421 is true
  and coalesce(preference_at, now()) > now() - interval '14 days')`

export function signatureKindOf(
  peer: { readonly prefers_rfc9421: boolean | null; readonly wants_ed25519: boolean } | undefined,
): SignatureKind {
  if (peer?.prefers_rfc9421 !== true) return 'cavage'
  return peer.wants_ed25519 ? 'rfc9421_ed25519' : 'rfc9421'
}

export async function recordSignatureKind(db: Querier, host: string, kind: SignatureKind): Promise<void> {
  const learned = {
    prefers_rfc9421: kind !== 'cavage',
    wants_ed25519: kind === 'rfc9421_ed25519',
    preference_at: sql<Date>`now()`,
  }
  await db
    .insertInto('peers')
    .values({ host, ...learned })
    .onConflict((conflict) => conflict.column('host').doUpdateSet(learned))
    .execute()
}

const REREAD_AFTER_MS = 60_000
const MOST_HOSTS = 10_000

/** What whoever fetches keeps in memory of it: the few hosts that do not take the usual signature. */
export class SignatureKinds {
  readonly #db: Database
  readonly #clock: Clock
  #reading: Promise<Map<string, SignatureKind>> | null = null
  #readAtMs = 0

  constructor({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
    this.#db = db
    this.#clock = clock
  }

  async of(host: string): Promise<SignatureKind> {
    return (await this.#known()).get(host) ?? 'cavage'
  }

  async learn(host: string, kind: SignatureKind): Promise<void> {
    const known = await this.#known()
    if ((known.get(host) ?? 'cavage') === kind) return
    known.set(host, kind)
    await recordSignatureKind(this.#db, host, kind)
  }

  async #known(): Promise<Map<string, SignatureKind>> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#reading !== null && nowMs - this.#readAtMs < REREAD_AFTER_MS) return this.#reading
    const reading = readKinds(this.#db)
    this.#readAtMs = nowMs
    this.#reading = reading
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = null
    })
    return reading
  }
}

async function readKinds(db: Database): Promise<Map<string, SignatureKind>> {
  const rows = await db
    .selectFrom('peers')
    .select(['host', 'prefers_rfc9421', 'wants_ed25519'])
    .where(WANTS_RFC9421)
    .orderBy('preference_at', 'desc')
    .limit(MOST_HOSTS)
    .execute()
  return new Map(rows.map((row) => [row.host, signatureKindOf(row)]))
}
