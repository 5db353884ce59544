/** Asks this home by its public name, out and in again: the answer must hold what only this home can say. */
import type { Clock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import { isProbeProof, makeProbeNonce, probePath } from '../core/probe.ts'
import type { OwnAddress, OwnAnswer } from '../net/own-address.ts'

/** @returns milliseconds from the question to its answer @throws HomebirdError with the reason */
export async function proveHome(
  address: Pick<OwnAddress, 'ask'>,
  host: string,
  key: Buffer,
  clock: Clock,
): Promise<number> {
  const nonce = makeProbeNonce(key, clock.now())
  const startedMs = clock.monotonicMs()
  const url = `https://${host}${probePath(nonce, 'home')}`
  const answer = await address.ask(url, { accept: 'application/json' })
  if (!isProven(answer, key, nonce)) {
    const why = answer.status === 200 ? 'another server answers there' : `it answers ${answer.status}`
    throw new HomebirdError('UNAVAILABLE', `${host} does not lead to this home: ${why}`)
  }
  return Math.round(clock.monotonicMs() - startedMs)
}

function isProven({ status, body }: OwnAnswer, key: Buffer, nonce: string): boolean {
  if (status !== 200) return false
  try {
    const told = JSON.parse(body.toString('utf8')) as { readonly proof?: unknown } | null
    return typeof told?.proof === 'string' && isProbeProof(key, nonce, 'home', told.proof)
  } catch {
    return false // a page of somebody else's
  }
}
