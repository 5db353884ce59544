/**
 * Entry of the decoder: reads one upload, answers what it is, and ends; or reads one picture of elsewhere after the other until
 * its parent ends it. It has no database, no settings, no secrets and no network; what it is asked to read is behind a
 * descriptor that its parent has opened, or comes with the question. A picture that harms it harms nothing else.
 * @see security rules 59, 60, DESIGN 1
 */
import type { DecodeRequest, FromDecoder, ShowRequest } from './contracts/decoding.ts'
import { decodeFile, decodeShown } from './decoder/decode-file.ts'

const FILE = 3
const TOLD_EVERY_MS = 100

const send = (message: FromDecoder, then?: () => void): void => {
  process.send?.(message, undefined, undefined, then)
}

if (process.send === undefined) throw new Error('the decoder is started by a worker')
// Nothing in here asks for anything; what is not there cannot be used.
for (const name of ['fetch', 'WebSocket', 'EventSource']) Reflect.deleteProperty(globalThis, name)
process.once('disconnect', () => process.exit(1))
setInterval(() => send({ type: 'memory', rssBytes: process.memoryUsage.rss() }), TOLD_EVERY_MS).unref()
process.on('message', (request: DecodeRequest | ShowRequest) => void answer(request))

async function answer(request: DecodeRequest | ShowRequest): Promise<void> {
  if ('bytes' in request) return send({ type: 'shown', outcome: await decodeShown(request) })
  const outcome = await decodeFile(FILE, request)
  send({ type: 'done', outcome }, () => process.disconnect())
}
