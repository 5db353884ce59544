/**
 * Proofs that a public name leads to this home. Whoever asks makes a nonce that only a process of this home can have made
 * and that is good for two minutes; whoever answers adds what only a process of this home can add. Nothing is stored, so
 * that any server may answer what any other process asks.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** A run of checks is over by then. */
export const PROBE_LASTS_MS = 120_000
/** Clocks of machines that share a home may differ by so much. */
const MOST_SKEW_MS = 30_000
const EXPIRY_BYTES = 6
const RANDOM_BYTES = 10
const MAC_BYTES = 16
const WELL_FORMED = /^[\w-]{43}$/
const WELL_FORMED_KIND = /^[a-z][a-z0-9-]{0,40}$/

/**
 * Where probes stand. What is in front does by path what it does: what becomes of objects is measured among these, what
 * becomes of live connections where those are, and everything else under the first.
 */
export const PROBE_PLACES = {
  site: '/.well-known/homebird/probe',
  objects: '/ap/probe',
  live: '/api/v1/streaming/probe',
} as const

export type ProbePlace = keyof typeof PROBE_PLACES

/** 43 letters that need no quoting in a path. */
export function makeProbeNonce(key: Buffer, now: Date): string {
  const head = Buffer.alloc(EXPIRY_BYTES + RANDOM_BYTES)
  head.writeUIntBE(now.getTime() + PROBE_LASTS_MS, 0, EXPIRY_BYTES)
  randomBytes(RANDOM_BYTES).copy(head, EXPIRY_BYTES)
  return Buffer.concat([head, macOf(key, 'nonce', head)]).toString('base64url')
}

/** False for what was not made here and for what is over. */
export function isProbeNonce(key: Buffer, nonce: string, now: Date): boolean {
  if (!WELL_FORMED.test(nonce)) return false
  const bytes = Buffer.from(nonce, 'base64url')
  // The last letter holds two bits that say nothing: a nonce has one spelling.
  if (bytes.toString('base64url') !== nonce) return false
  const head = bytes.subarray(0, EXPIRY_BYTES + RANDOM_BYTES)
  if (!timingSafeEqual(bytes.subarray(head.length), macOf(key, 'nonce', head))) return false
  const leftMs = head.readUIntBE(0, EXPIRY_BYTES) - now.getTime()
  return leftMs > -MOST_SKEW_MS && leftMs <= PROBE_LASTS_MS + MOST_SKEW_MS
}

export const isProbeKind = (kind: string): boolean => WELL_FORMED_KIND.test(kind)

/** What an answer to this nonce and kind must hold. */
export function probeProof(key: Buffer, nonce: string, kind: string): string {
  return macOf(key, 'proof', `${nonce} ${kind}`).toString('base64url')
}

export function isProbeProof(key: Buffer, nonce: string, kind: string, proof: string): boolean {
  return isSame(probeProof(key, nonce, kind), proof)
}

/** The same for an answer that tells something: whoever stands between can neither change it nor put another in its place. */
export function reportProof(key: Buffer, nonce: string, kind: string, report: string): string {
  return macOf(key, 'report', `${nonce} ${kind}\n${report}`).toString('base64url')
}

export function isReportProof(
  key: Buffer,
  { nonce, kind, report }: { readonly nonce: string; readonly kind: string; readonly report: string },
  proof: string,
): boolean {
  return isSame(reportProof(key, nonce, kind, report), proof)
}

export const probePath = (nonce: string, kind: string, place: ProbePlace = 'site'): string =>
  `${PROBE_PLACES[place]}/${nonce}/${kind}`

/** True for addresses that only this home asks for, by whatever name they arrive. */
export const isProbePath = (path: string): boolean =>
  Object.values(PROBE_PLACES).some((place) => path.startsWith(`${place}/`))

function isSame(wanted: string, given: string): boolean {
  const [one, other] = [Buffer.from(wanted), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function macOf(key: Buffer, use: 'nonce' | 'proof' | 'report', what: Buffer | string): Buffer {
  return createHmac('sha256', key).update(`${use} `).update(what).digest().subarray(0, MAC_BYTES)
}
