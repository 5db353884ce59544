/** What can come of one try of a delivery. */
import type { SignatureKind } from '../peers/signature-preference.ts'

export type DeliveryAnswer =
  /** `learned` tells which signature it took where the usual one was refused, or asked for; null for nothing new. */
  | { readonly kind: 'delivered'; readonly detail: string; readonly learned: SignatureKind | null }
  /** 410: this inbox must never be tried again. */
  | { readonly kind: 'gone'; readonly detail: string }
  /** 404: it may be gone. */
  | { readonly kind: 'missing'; readonly detail: string }
  /** An answer that no repetition changes. Null as status: it was not even sent. */
  | { readonly kind: 'refused'; readonly status: number | null; readonly detail: string }
  /** The host is there and wants this later: 408, 429. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number | null; readonly detail: string }
  /** It was not sent: our own connections were all taken, or the owner has paused. It says nothing about the host. */
  | { readonly kind: 'held'; readonly detail: string }
  /** The host answers and does not work: 5xx. */
  | { readonly kind: 'failing'; readonly retryAfterSeconds: number | null; readonly detail: string }
  /** No answer came; where it is silence nothing at all came back, which may be the fault of our own line. */
  | { readonly kind: 'unreachable'; readonly isSilence: boolean; readonly detail: string }
