/**
 * Signs GETs as the instance actor, which says of a home no more than that it is one; in the kind of signature that the
 * other side takes, which is found out by knocking twice.
 */
import { boundedMap } from '../core/bounded-map.ts'
import type { Clock } from '../core/clock.ts'
import type { Database } from '../db/pool.ts'
import type { Home } from '../domain/owner/home.ts'
import { type SignatureKind, SignatureKinds } from '../domain/peers/signature-preference.ts'
import { type ResponseHeaders, type SignHop, fetchFailureOf } from '../net/fetch-types.ts'
import { hostOf } from '../net/origin.ts'
import { readAcceptSignature } from './accept-signature.ts'
import { otherKind, signRequest } from './sign-request.ts'

export interface SignerParts {
  readonly home: Pick<Home, 'instanceActor' | 'signingKey'>
  readonly db: Database
  readonly clock: Clock
}

/** One exchange, each hop of which is signed anew for its own host and path. */
type Exchange<T> = (sign: SignHop, totalMs: number) => Promise<T>

interface Answered {
  readonly finalUrl: string
  readonly headers: ResponseHeaders
}

/** A host that refuses both kinds means something else by it, for this long at least. */
const REFUSES_BOTH_MS = 5 * 60_000
const MOST_HOSTS = 10_000

export class InstanceSigner {
  readonly #parts: SignerParts
  readonly #kinds: SignatureKinds
  readonly #refusesBoth = boundedMap<string, true>({ max: MOST_HOSTS, ttl: REFUSES_BOTH_MS })

  constructor(parts: SignerParts) {
    this.#parts = parts
    this.#kinds = new SignatureKinds(parts)
  }

  /**
   * Has the exchange done with the usual signature, and once more with the other one where it was refused for that, both
   * within the given time. What was learned is kept for every process.
   * @throws what the exchange throws, of two refusals the first
   */
  async exchange<T extends Answered>(totalMs: number, run: Exchange<T>): Promise<T> {
    const startedMs = this.#parts.clock.monotonicMs()
    try {
      return await this.#heard(await run(this.#signer(), totalMs))
    } catch (error) {
      const host = refusingHost(error)
      if (host === undefined || this.#refusesBoth.has(host)) throw error
      const leftMs = totalMs - (this.#parts.clock.monotonicMs() - startedMs)
      if (leftMs <= 0) throw error
      const kind = otherKind(await this.#kinds.of(host))
      return this.#again(host, kind, async () => run(this.#signer({ host, kind }), leftMs), error)
    }
  }

  async #again<T extends Answered>(
    host: string,
    kind: SignatureKind,
    run: () => Promise<T>,
    first: unknown,
  ): Promise<T> {
    try {
      const answered = await run()
      await this.#kinds.learn(host, kind)
      return answered
    } catch (second) {
      if (refusingHost(second) !== host) throw second
      this.#refusesBoth.set(host, true)
      throw first
    }
  }

  /** A server may say in its answer what it would rather have. */
  async #heard<T extends Answered>(answered: T): Promise<T> {
    const wanted = readAcceptSignature(answered.headers['accept-signature'])
    const host = wanted === null ? undefined : hostOf(answered.finalUrl)
    if (wanted !== null && host !== undefined) await this.#kinds.learn(host, wanted)
    return answered
  }

  #signer(other?: { readonly host: string; readonly kind: SignatureKind }): SignHop {
    const { home, clock } = this.#parts
    return async ({ url }) => {
      const kind = url.host === other?.host ? other.kind : await this.#kinds.of(url.host)
      const { id } = home.instanceActor()
      return signRequest(home, id, { method: 'GET', url, now: clock.now() }, kind)
    }
  }
}

/** The host that answered in a way that may mean "I cannot read your signature". */
function refusingHost(error: unknown): string | undefined {
  const failure = fetchFailureOf(error)
  if (failure?.status !== 401 && failure?.status !== 403) return undefined
  return hostOf(failure.url)
}
