/**
 * Entry of the decoder: reads one upload, answers what it is, and ends; or reads one picture of elsewhere after the other until
 * its parent ends it. It has no database, no settings, no secrets and no network; what it is asked to read is behind a
 * descriptor that its parent has opened, is handed to it piece by piece, or comes with the question. A picture that harms it
 * harms nothing else.
 * @see security rules 59, 60, DESIGN 1
 */
import type { DecodeRequest, ShowRequest } from './contracts/decoding.ts'
import { decodeFile, decodeShown } from './decoder/decode-file.ts'
import { type ParentLine, hearParent } from './decoder/parent-line.ts'

const TOLD_EVERY_MS = 100

// Nothing in here asks for anything; what is not there cannot be used.
for (const name of ['fetch', 'WebSocket', 'EventSource']) Reflect.deleteProperty(globalThis, name)

let told: ParentLine | null = null
setInterval(() => told?.send({ type: 'memory', rssBytes: process.memoryUsage.rss() }), TOLD_EVERY_MS).unref()

hearParent((request, line) => {
  told = line
  void answer(request, line)
})

async function answer(request: DecodeRequest | ShowRequest, line: ParentLine): Promise<void> {
  if ('bytes' in request) return line.send({ type: 'shown', outcome: await decodeShown(request) })
  const outcome = await decodeFile(line.file(request.size), request)
  line.send({ type: 'done', outcome }, () => process.exit(0))
}
