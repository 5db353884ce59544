/**
 * How often the client API may be asked, in windows of five minutes: each token by itself, and all who have none together,
 * since behind a tunnel every stranger has the same address. Each process counts what it serves. Every answer says how much
 * is left; routes with a tighter limit of their own say theirs.
 * @see security rule 76
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import { limiterKey } from './limiter-key.ts'

const WINDOW_MS = 300_000
const MOST_KEPT = 10_000
/** Whoever has no token yet: the owner's own apps before they sign in are among them. */
const STRANGERS_FACTOR = 2

interface Count {
  readonly window: number
  taken: number
}

export class ApiLimiter {
  readonly #clock: Pick<Clock, 'now'>
  readonly #mostPerToken: number
  readonly #counts = boundedMap<string, Count>({ max: MOST_KEPT })

  /** @param mostPerToken  0 lets all through */
  constructor(clock: Pick<Clock, 'now'>, mostPerToken: number) {
    this.#clock = clock
    this.#mostPerToken = mostPerToken
  }

  /**
   * @param holder  the token that asks; null for a stranger
   * @throws HomebirdError RATE_LIMITED
   */
  take(request: FastifyRequest, reply: FastifyReply, holder: string | null): void {
    if (this.#mostPerToken === 0) return
    const most = holder === null ? this.#mostPerToken * STRANGERS_FACTOR : this.#mostPerToken
    const nowMs = this.#clock.now().getTime()
    const window = Math.floor(nowMs / WINDOW_MS)
    const count = this.#countOf(holder ?? `stranger ${limiterKey(request)}`, window)
    count.taken += 1
    const endsAtMs = (window + 1) * WINDOW_MS
    sayLimit(reply, most, most - count.taken, endsAtMs)
    if (count.taken <= most) return
    throw new HomebirdError('RATE_LIMITED', `${holder ?? 'a stranger'} asked more than ${most} times`, {
      details: { retryAfterSeconds: (endsAtMs - nowMs) / 1_000 },
    })
  }

  #countOf(key: string, window: number): Count {
    const kept = this.#counts.get(key)
    if (kept?.window === window) return kept
    const count = { window, taken: 0 }
    this.#counts.set(key, count)
    return count
  }
}

/** In the words of Mastodon: its moments have six digits behind the second. */
function sayLimit(reply: FastifyReply, limit: number, remaining: number, resetAtMs: number): void {
  void reply
    .header('x-ratelimit-limit', String(limit))
    .header('x-ratelimit-remaining', String(Math.max(0, remaining)))
    .header('x-ratelimit-reset', momentOf(resetAtMs))
}

const momentOf = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z')

/** Limiters of single routes say in how many seconds they begin anew; apps expect the moment. */
export function sayResetAsMoment(app: FastifyInstance, clock: Pick<Clock, 'now'>): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    const reset = String(reply.getHeader('x-ratelimit-reset') ?? '')
    if (/^\d+$/.test(reset)) {
      void reply.header('x-ratelimit-reset', momentOf(clock.now().getTime() + Number(reset) * 1_000))
    }
    return payload
  })
}

const limiters = new WeakMap<object, ApiLimiter>()

/** One for all plugins of a process. */
export function apiLimiterOf(context: {
  readonly clock: Pick<Clock, 'now'>
  readonly config: { readonly apiPer5Min: number }
  readonly listener: object
}): ApiLimiter {
  const kept = limiters.get(context.listener)
  if (kept !== undefined) return kept
  const limiter = new ApiLimiter(context.clock, context.config.apiPer5Min)
  limiters.set(context.listener, limiter)
  return limiter
}
