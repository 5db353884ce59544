/**
 * Entry of the decoder: reads one upload, answers what it is, and ends. It has no database, no settings, no secrets and no
 * network; what it is asked to read is behind a descriptor that its parent has opened. A picture that harms it harms nothing else.
 * @see security rules 59, 60, DESIGN 1
 */
import type { DecodeOutcome, DecodeRequest, FromDecoder } from './contracts/decoding.ts'
import { decodeFile } from './decoder/decode-file.ts'

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
process.once('message', (request: DecodeRequest) => {
  void decodeFile(FILE, request).then((outcome: DecodeOutcome) =>
    send({ type: 'done', outcome }, () => process.disconnect()),
  )
})
