/** Handles pushes: those that are due together are loaded together and sent side by side. */
import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { assertNever } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import { type SubscriptionNews, forgetReceivers, recordAnswers } from '../domain/push/after-push.ts'
import { type DuePush, type PushSources, loadPushes } from '../domain/push/load-pushes.ts'
import type { pushDeliveryGraph } from '../domain/push/push-delivery-graph.ts'
import { pushText } from '../domain/push/push-message.ts'
import { type PushAnswer, type PushSender, sendPush } from '../domain/push/send-push.ts'
import { VapidSigner, loadVapidKeys } from '../domain/push/vapid-keys.ts'
import { loadMediaKey } from '../domain/media/media-key.ts'
import { createMediaUrls } from '../domain/media/media-urls.ts'
import type { Home } from '../domain/owner/home.ts'
import type { SafeFetch } from '../net/fetch-types.ts'
import { backOffSeconds } from '../stator/backoff.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export interface PushParts {
  readonly config: Pick<Config, 'mediaUrl' | 'vapidPrivateKey'>
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Pick<Home, 'origin'>
  readonly fetch: Pick<SafeFetch, 'postPush'>
}

type PushVerdict = Verdict<'sent' | 'skipped' | 'failed'>

interface Outcome {
  readonly push: DuePush
  readonly answer: PushAnswer
}

/** Until a receiver that failed is tried again, doubling. */
const RETRY_SECONDS = 15
const MOST_RETRY_SECONDS = 1_800
/** Where nobody answers it may be our own line, and what waited for it is wanted soon. */
const MOST_SILENT_SECONDS = 240
/** So that what waited for one receiver does not come back as one. */
const SPREAD = 0.2

export function pushHandlers(parts: PushParts): HandlersOf<typeof pushDeliveryGraph> {
  const pusher = new Pusher(parts)
  return {
    new: {
      batch: async (rows, { signal }) =>
        pusher.handle(
          rows.map(({ id }) => id),
          signal,
        ),
    },
  }
}

interface Tools {
  readonly sources: PushSources
  readonly sender: PushSender
}

class Pusher {
  readonly #parts: PushParts
  #tools: Promise<Tools> | null = null

  constructor(parts: PushParts) {
    this.#parts = parts
  }

  async handle(ids: readonly string[], signal: AbortSignal): Promise<Map<string, PushVerdict>> {
    const { sources, sender } = await this.#open()
    const pushes = await loadPushes(sources, ids)
    const verdicts = new Map<string, PushVerdict>(ids.map((id) => [id, 'skipped']))
    const outcomes = await Promise.all(
      [...pushes.values()].map(async (push): Promise<Outcome | null> => {
        const waiting = this.#mustWait(push)
        if (waiting !== null) verdicts.set(push.id, waiting)
        if (waiting !== null || push.message === null) return null
        return { push, answer: await sendPush(sender, push, pushText(push.message), signal) }
      }),
    )
    const made = outcomes.filter((outcome) => outcome !== null)
    await this.#record(made)
    for (const { push, answer } of made) verdicts.set(push.id, this.#verdictOf(push, answer))
    return verdicts
  }

  /** Opened with the first push; a home without subscriptions pays nothing. */
  async #open(): Promise<Tools> {
    this.#tools ??= this.#load().catch((error: unknown) => {
      this.#tools = null
      throw error
    })
    return this.#tools
  }

  async #load(): Promise<Tools> {
    const { config, db, clock, home, fetch } = this.#parts
    const keys = await loadVapidKeys(db, config)
    const origin = (): string => home.origin()
    const { mediaUrl } = config
    const urls = createMediaUrls({ key: await loadMediaKey(db), origin, base: origin, mediaUrl })
    const signer = new VapidSigner(keys, () => `${origin()}/`)
    return { sources: { db, urls, sealingKey: keys.sealingKey }, sender: { fetch, signer, clock } }
  }

  #mustWait({ retryAt }: DuePush): PushVerdict | null {
    const seconds = retryAt === null ? 0 : (retryAt.getTime() - this.#parts.clock.now().getTime()) / 1_000
    if (seconds <= 0) return null
    return again({
      afterSeconds: spread(seconds),
      reason: 'its receiver is tried again later',
      isUncounted: true,
    })
  }

  /** Several pushes of one subscription count as one answer: the worst of them. */
  async #record(outcomes: readonly Outcome[]): Promise<void> {
    const { db, log } = this.#parts
    const gone = new Set<string>()
    const news = new Map<string, SubscriptionNews>()
    for (const { push, answer } of outcomes) {
      if (answer.kind !== 'sent' && answer.kind !== 'paused') {
        log.info({
          event: 'push.not_done',
          pushId: push.id,
          host: new URL(push.endpoint).host,
          outcome: answer.kind,
        })
      }
      if (answer.kind === 'gone') gone.add(push.subscriptionId)
      const learned = this.#newsOf(push, answer)
      const known = news.get(push.subscriptionId)
      if (learned !== null && (known === undefined || known.failures < learned.failures))
        news.set(push.subscriptionId, learned)
    }
    await forgetReceivers(db, [...gone])
    await recordAnswers(db, [...news.values()])
  }

  /** Null where the row says it already. */
  #newsOf({ subscriptionId, failures, refusedSince }: DuePush, answer: PushAnswer): SubscriptionNews | null {
    switch (answer.kind) {
      case 'sent':
        if (failures === 0 && refusedSince === null) return null
        return { subscriptionId, failures: 0, retryAt: null, isRefusing: false }
      case 'refused':
        if (answer.status === null || answer.status === 413) return null // it says nothing of the receiver
        return { subscriptionId, failures, retryAt: null, isRefusing: true }
      case 'later':
      case 'silent':
        return {
          subscriptionId,
          failures: failures + 1,
          retryAt: new Date(this.#parts.clock.now().getTime() + retrySeconds(failures, answer) * 1_000),
          isRefusing: refusedSince !== null,
        }
      case 'gone':
      case 'paused':
        return null
      default:
        return assertNever(answer)
    }
  }

  #verdictOf({ failures }: DuePush, answer: PushAnswer): PushVerdict {
    switch (answer.kind) {
      case 'sent':
        return 'sent'
      case 'gone':
        return { to: 'skipped', note: 'its receiver is gone' }
      case 'refused':
        return { to: 'failed', note: answer.detail }
      case 'later':
      case 'silent':
        return again({ afterSeconds: spread(retrySeconds(failures, answer)), reason: answer.detail })
      case 'paused':
        return again({ afterSeconds: RETRY_SECONDS, isUncounted: true })
      default:
        return assertNever(answer)
    }
  }
}

/** As long as the push service asks for, else twice as long as the last time. */
function retrySeconds(failures: number, answer: Extract<PushAnswer, { kind: 'later' | 'silent' }>): number {
  const most = answer.kind === 'silent' ? MOST_SILENT_SECONDS : MOST_RETRY_SECONDS
  const asked = answer.kind === 'silent' ? null : answer.retryAfterSeconds
  return asked ?? backOffSeconds(RETRY_SECONDS, most, failures, 0.5)
}

/** Never sooner. */
const spread = (seconds: number): number => seconds * (1 + SPREAD * Math.random()) + 0.05
