/** One call to the API of a CDN: what became of it, as a value. */
import { describeError } from '../../../core/errors.ts'
import { type HeaderRecord, type SafeFetch, fetchFailureOf } from '../../../net/fetch-types.ts'
import type { CallOutcome } from './many-calls.ts'

export interface Order {
  readonly url: string
  readonly authorization?: string
  readonly headers?: HeaderRecord
  /** Sent as JSON; left out, nothing is sent. */
  readonly body?: object
  readonly totalMs: number
}

/** A refused key and a spent allowance are outcomes; so is a service that does not answer. */
export async function orderJson(
  fetch: Pick<SafeFetch, 'tellService'>,
  { url, authorization, headers = {}, body, totalMs }: Order,
): Promise<CallOutcome> {
  try {
    const { status, excerpt, retryAfterSeconds } = await fetch.tellService(url, {
      body: body === undefined ? '' : JSON.stringify(body),
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      authorization: authorization ?? null,
      totalMs,
    })
    if (status >= 200 && status < 300) return { isDone: true }
    return { isDone: false, problem: describeStatus(status, excerpt), retryAfterSeconds }
  } catch (error) {
    const failure = fetchFailureOf(error)
    return { isDone: false, problem: failure?.reason ?? describeError(error) }
  }
}

const SHOWN = 120

function describeStatus(status: number, excerpt: string): string {
  const said = excerpt
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, SHOWN)
  return said === '' ? `it answered ${status}` : `it answered ${status}: ${said}`
}
