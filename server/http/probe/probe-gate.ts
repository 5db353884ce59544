/**
 * Lets in what this home asks of itself, and nothing else: a nonce of its own that is two minutes old at most. Whoever has
 * seen one, such as the edge in front, can ask with it too, so what an answer costs is bounded all the same.
 */
import type { FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { isProbeNonce } from '../../core/probe.ts'
import { readProbeKey } from '../../domain/edges/probe-key.ts'
import type { HttpContext } from '../http-context.ts'
import { TryBucket } from '../plugins/try-bucket.ts'

/** A run asks some two hundred times, with all vantages. */
const MOST_QUESTIONS = { tries: 1_000, windowMs: 60_000 }
/** Of each at one time; a run needs two. */
const MOST_OPEN = { upload: 4, stream: 10, socket: 10 } as const

declare module 'fastify' {
  interface FastifyRequest {
    /** To answer a probe with; null elsewhere. */
    probeKey: Buffer | null
  }
}

export interface ProbeParams {
  readonly nonce: string
  readonly kind: string
}

type GateContext = Pick<HttpContext, 'home' | 'clock' | 'listener'>

export class ProbeGate {
  readonly #context: GateContext
  readonly #questions: TryBucket
  readonly #open = { upload: 0, stream: 0, socket: 0 }

  constructor(context: GateContext) {
    this.#context = context
    this.#questions = new TryBucket(context.clock, MOST_QUESTIONS)
  }

  /** @returns the key to answer with @throws HomebirdError NOT_FOUND for whatever this home does not ask now */
  async admit(nonce: string): Promise<Buffer> {
    const { home, clock } = this.#context
    const key = home.primaryDomain() === null ? null : await readProbeKey(home)
    if (key !== null && isProbeNonce(key, nonce, clock.now())) return key
    throw new HomebirdError('NOT_FOUND', 'nobody of this home asks for this proof now')
  }

  /** The same for questions whose answer costs more than a proof. @throws HomebirdError RATE_LIMITED */
  async admitCounted(nonce: string): Promise<Buffer> {
    const key = await this.admit(nonce)
    const retryAfterSeconds = this.#questions.take()
    if (retryAfterSeconds === 0) return key
    throw new HomebirdError('RATE_LIMITED', `more than ${MOST_QUESTIONS.tries} questions came in a minute`, {
      details: { retryAfterSeconds },
    })
  }

  /** Takes one of few places. @returns what gives it back @throws HomebirdError RATE_LIMITED */
  hold(what: keyof typeof MOST_OPEN): () => void {
    if (this.#open[what] >= MOST_OPEN[what])
      throw new HomebirdError('RATE_LIMITED', `${MOST_OPEN[what]} probes of the kind ${what} are open`)
    this.#open[what] += 1
    let isHeld = true
    return () => {
      if (isHeld) this.#open[what] -= 1
      isHeld = false
    }
  }
}

const gates = new WeakMap<object, ProbeGate>()

/** One for all plugins of a process. */
export function probeGateOf(context: GateContext): ProbeGate {
  const gate = gates.get(context.listener) ?? new ProbeGate(context)
  gates.set(context.listener, gate)
  return gate
}

export const probeParamsOf = (request: FastifyRequest): ProbeParams => request.params as ProbeParams

/** Of a request that the gate has let in. */
export function probeKeyOf({ probeKey }: Pick<FastifyRequest, 'probeKey'>): Buffer {
  if (probeKey === null) throw new HomebirdError('INTERNAL', 'a probe was answered that nobody let in')
  return probeKey
}
