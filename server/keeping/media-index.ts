/**
 * Which media a backup needs that lie beside it, as a list of their names in the place: what no backup names any more can go
 * without a backup being read. The names stand open there anyway and say nothing.
 */
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { isHomebirdError } from '../core/errors.ts'
import type { BackupPlace } from './places/backup-place.ts'

const HEAD = 'homebird media 1'
/** Of more than two million. */
const MOST_BYTES = 200 * 1_048_576

export const INDEX_SUFFIX = '.media'
export const indexNameOf = (backup: string): string => `${backup}${INDEX_SUFFIX}`

/** After the backup itself: while one has none, no medium goes. */
export async function putMediaIndex(
  place: BackupPlace,
  backup: string,
  names: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  await place.put(indexNameOf(backup), Readable.from(linesOf(names), { objectMode: false }), signal)
}

function* linesOf(names: ReadonlySet<string>): Generator<Buffer> {
  yield Buffer.from(`${HEAD} ${names.size}\n`)
  for (const name of names) yield Buffer.from(`${name}\n`)
}

/** Null where there is none, or one that is not whole: then nobody knows what the backup needs. */
export async function readMediaIndex(
  place: BackupPlace,
  backup: string,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  let text: string
  try {
    const source = await place.get(indexNameOf(backup), 0, signal)
    text = (await buffer(bounded(source))).toString('utf8')
  } catch (error) {
    if (isHomebirdError(error, 'NOT_FOUND') || error instanceof RangeError) return null
    throw error
  }
  const [head, ...names] = text.replace(/\n$/, '').split('\n')
  return head === `${HEAD} ${names.length}` ? names : null
}

async function* bounded(source: Readable): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new RangeError(`a list of media is longer than ${MOST_BYTES} bytes`)
    yield chunk
  }
}
