/** Fetches a block list: bounded bytes, bounded time, nothing but text. */
import { isUtf8 } from 'node:buffer'
import { isHomebirdError } from '../../core/errors.ts'
import { fetchFailureOf, type SafeFetch } from '../../net/fetch-types.ts'
import { type ParsedBlockList, parseBlockList } from './parse-block-list.ts'

const MOST_BYTES = 8 * 1_048_576
const TOTAL_MS = 60_000

/** Whatever is wrong with the list or the way to it is a problem that the owner can read. */
export async function readBlockList(
  fetch: Pick<SafeFetch, 'fetchMedia'>,
  url: string,
  signal?: AbortSignal,
): Promise<ParsedBlockList> {
  let bytes: Buffer
  try {
    const { body } = await fetch.fetchMedia(url, {
      maxBytes: MOST_BYTES,
      totalMs: TOTAL_MS,
      accept: 'text/csv, application/json, text/plain;q=0.9, */*;q=0.1',
      ...(signal === undefined ? {} : { signal }),
    })
    const chunks: Buffer[] = []
    for await (const chunk of body) chunks.push(chunk as Buffer)
    bytes = Buffer.concat(chunks)
  } catch (error) {
    if (!isHomebirdError(error) || fetchFailureOf(error) === undefined) throw error
    return { ok: false, problem: error.message }
  }
  return isUtf8(bytes) ? parseBlockList(bytes.toString()) : { ok: false, problem: 'it is no text' }
}
