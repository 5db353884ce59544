/**
 * An authority that gives certificates as a test says: it looks at no signature and believes every proof that is shown, so
 * that what a home does with its answers can be seen, also with those that no good authority gives.
 */
import { createPublicKey } from 'node:crypto'
import type { AcmeAnswer, AcmeCalls } from '../../server/net/acme-calls.ts'
import { issueCertificate } from './test-certificates.ts'

const AT = 'https://authority.example'
/** Of a key of P-256, before its point. */
const KEY_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
const POINT_BYTES = 65
const DAY_MS = 86_400_000

export class ScriptedAuthority {
  readonly directory = `${AT}/directory`
  /** Hosts that certificates were ordered for, with what each replaces. */
  readonly orders: (readonly [host: string, replaces: string | null])[] = []
  /** Days from the moment of the order. */
  holdsDays = 90
  /** Answered to an order instead. */
  refusal: { readonly type: string; readonly retryAfter?: string } | null = null
  /** Days from now until then it wants renewals; null where it says nothing. */
  renewal: readonly [startDays: number, endDays: number] | null = null
  /** Instead of the host that was asked for. */
  wrongHost: string | null = null
  /** Put in the place of single answers, by their path. */
  readonly instead = new Map<string, string>()
  readonly #now: () => Date
  #host = ''
  #chain = ''

  constructor(now: () => Date) {
    this.#now = now
  }

  readonly calls: AcmeCalls = async ({ url, body }) => {
    const path = url.replace(AT, '')
    const strange = this.instead.get(path)
    if (strange !== undefined) return answer(200, strange)
    const payload = body === null ? {} : payloadOf(body)
    if (path.startsWith('/renewal/')) return this.#renewal()
    if (path === '/new-order') return this.#order(payload)
    if (path === '/finalize') return this.#finalize(payload)
    return answer(200, this.#plain(path), { location: `${AT}/account/1` })
  }

  #plain(path: string): object | string {
    switch (path) {
      case '/directory':
        return {
          newNonce: `${AT}/nonce`,
          newAccount: `${AT}/new-account`,
          newOrder: `${AT}/new-order`,
          ...(this.renewal === null ? {} : { renewalInfo: `${AT}/renewal` }),
        }
      case '/authorization':
        return { status: 'valid' }
      case '/order':
        return { status: this.#chain === '' ? 'ready' : 'valid', ...this.#links() }
      case '/certificate':
        return this.#chain
      default:
        return {}
    }
  }

  #links(): object {
    return { finalize: `${AT}/finalize`, certificate: `${AT}/certificate` }
  }

  #order({ identifiers, replaces }: Payload): AcmeAnswer {
    this.#host = identifiers?.[0]?.value ?? ''
    this.orders.push([this.#host, replaces ?? null])
    if (this.refusal !== null) {
      const { type, retryAfter } = this.refusal
      const words = { type: `urn:ietf:params:acme:error:${type}`, detail: `not\u0007 now:\n${type}` }
      return answer(429, words, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
    }
    this.#chain = ''
    return answer(
      201,
      { authorizations: [`${AT}/authorization`], ...this.#links() },
      { location: `${AT}/order` },
    )
  }

  #finalize({ csr = '' }: Payload): AcmeAnswer {
    const request = Buffer.from(csr, 'base64url')
    const at = request.indexOf(KEY_HEAD)
    const key = request.subarray(at, at + KEY_HEAD.length + POINT_BYTES)
    const now = this.#now()
    this.#chain = issueCertificate([this.wrongHost ?? this.#host], {
      notBefore: now,
      notAfter: new Date(now.getTime() + this.holdsDays * DAY_MS),
      publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
    }).cert
    return answer(200, {})
  }

  #renewal(): AcmeAnswer {
    const [start, end] = (this.renewal ?? [0, 0]).map(
      (days) => new Date(this.#now().getTime() + days * DAY_MS),
    )
    return answer(200, { suggestedWindow: { start, end } })
  }
}

interface Payload {
  readonly identifiers?: readonly { readonly value: string }[]
  readonly replaces?: string
  readonly csr?: string
}

function payloadOf(body: string): Payload {
  const { payload } = JSON.parse(body) as { readonly payload: string }
  return payload === '' ? {} : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Payload)
}

function answer(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): AcmeAnswer {
  const words = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: { 'replay-nonce': 'once', ...headers }, body: Buffer.from(words) }
}
