/** Takes a body as large as uploads are, counts it and forgets it as it comes: how much gets through is all that is asked. */
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { probePath } from '../../core/probe.ts'
import type { HttpContext } from '../http-context.ts'
import { UPLOAD_PACE, withinBounds } from '../plugins/upload-pace.ts'
import type { ProbeGate } from './probe-gate.ts'
import { type ReceivedBody, answerSeen } from './seen-request.ts'

/** The largest that is tried, 40 MB, and what frames it. */
const MOST_BYTES = 42_000_000

export function takeUploads(app: FastifyInstance, context: HttpContext, gate: ProbeGate): void {
  app.removeAllContentTypeParsers()
  // The handler reads it.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.post(probePath(':nonce', 'size'), { config: { scope: 'public' } }, async (request) => {
    const release = gate.hold('upload')
    try {
      const bounds = { mostBytes: MOST_BYTES, pace: UPLOAD_PACE }
      const body = await withinBounds(request, bounds, async () => counted(request))
      return await answerSeen(context, request, 'size', body)
    } finally {
      release()
    }
  })
}

async function counted({ raw }: FastifyRequest): Promise<ReceivedBody> {
  const digest = createHash('sha256')
  let bytes = 0
  for await (const chunk of raw) {
    bytes += (chunk as Buffer).length
    if (bytes > MOST_BYTES)
      throw new HomebirdError('TOO_LARGE', `a probe brought more than ${MOST_BYTES} bytes`)
    digest.update(chunk as Buffer)
  }
  return { bytes, sha256: digest.digest('hex'), whole: null }
}
