/** Sends one encrypted message to one push service, once, and says what came of it. @see RFC 8030, RFC 8292 */
import type { Clock } from '../../core/clock.ts'
import type { SafeFetch } from '../../net/fetch-types.ts'
import { fetchFailureOf, isTemporaryFailure } from '../../net/fetch-types.ts'
import { type EncryptedPush, type PushReceiver, encryptDraft, encryptStandard } from './encrypt-push.ts'
import type { VapidSigner } from './vapid-keys.ts'

/** How long a push service keeps a message for a device that is away. */
const TTL_SECONDS = 48 * 3_600
const TOTAL_MS = 10_000

export type PushAnswer =
  | { readonly kind: 'sent' }
  /** 404 or 410: nobody receives there any more. */
  | { readonly kind: 'gone' }
  /** An answer that no repetition changes; null where it was not even sent. */
  | { readonly kind: 'refused'; readonly status: number | null; readonly detail: string }
  /** Later may go better. */
  | { readonly kind: 'later'; readonly retryAfterSeconds: number | null; readonly detail: string }
  /** Nobody answered: the silence may be that of our own line. */
  | { readonly kind: 'silent'; readonly detail: string }
  /** The owner has paused what goes out. */
  | { readonly kind: 'paused' }

export interface PushTarget extends PushReceiver {
  readonly endpoint: string
  readonly isStandard: boolean
}

export interface PushSender {
  readonly fetch: Pick<SafeFetch, 'postPush'>
  readonly signer: VapidSigner
  readonly clock: Pick<Clock, 'now'>
}

export async function sendPush(
  { fetch, signer, clock }: PushSender,
  target: PushTarget,
  text: Buffer,
  signal: AbortSignal,
): Promise<PushAnswer> {
  const token = signer.tokenFor(new URL(target.endpoint).origin, clock.now())
  const encrypted = target.isStandard ? encryptStandard(text, target) : encryptDraft(text, target)
  const dialect = target.isStandard
    ? standardHeaders(token, signer.publicKey)
    : draftHeaders(token, signer.publicKey, encrypted)
  try {
    const outcome = await fetch.postPush(target.endpoint, {
      body: encrypted.body,
      headers: {
        'content-type': 'application/octet-stream',
        ttl: String(TTL_SECONDS),
        urgency: 'normal',
        ...dialect.headers,
      },
      authorization: dialect.authorization,
      totalMs: TOTAL_MS,
      signal,
    })
    return answerOf(outcome)
  } catch (error) {
    const failure = fetchFailureOf(error)
    if (failure === undefined) throw error
    if (failure.reason === 'paused') return { kind: 'paused' }
    const detail = `not sent: ${failure.reason}`
    return isTemporaryFailure(failure)
      ? { kind: 'silent', detail }
      : { kind: 'refused', status: null, detail }
  }
}

interface Dialect {
  readonly headers: Readonly<Record<string, string>>
  readonly authorization: string
}

function standardHeaders(token: string, publicKey: string): Dialect {
  return { headers: { 'content-encoding': 'aes128gcm' }, authorization: `vapid t=${token}, k=${publicKey}` }
}

/** @see draft-ietf-webpush-vapid-01, draft-ietf-httpbis-encryption-encoding-03 */
function draftHeaders(token: string, publicKey: string, { salt, senderKey }: EncryptedPush): Dialect {
  return {
    headers: {
      'content-encoding': 'aesgcm',
      encryption: `salt=${salt.toString('base64url')}`,
      'crypto-key': `dh=${senderKey.toString('base64url')};p256ecdsa=${publicKey}`,
    },
    authorization: `WebPush ${token}`,
  }
}

function answerOf(outcome: {
  readonly status: number
  readonly retryAfterSeconds: number | null
}): PushAnswer {
  const { status, retryAfterSeconds } = outcome
  const detail = `answered ${status}`
  if (status >= 200 && status < 300) return { kind: 'sent' }
  if (status === 404 || status === 410) return { kind: 'gone' }
  if (status === 408 || status === 429 || status >= 500) return { kind: 'later', retryAfterSeconds, detail }
  return { kind: 'refused', status, detail }
}
