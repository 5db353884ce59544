/**
 * Answers questions of this home to itself that went out and came in again: proof that a public name leads here, what a
 * request looks like when it has arrived, what caches in front keep. What was not asked by this home within two minutes is
 * not there, whatever its address.
 * @see the tunnel page, section 6
 */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { type ProbePlace, isProbeKind, probePath, probeProof } from '../../core/probe.ts'
import type { HttpContext } from '../http-context.ts'
import { answerAs } from '../plugins/answer-headers.ts'
import type { AnswerClass } from '../plugins/answer-table.ts'
import { type ProbeGate, type ProbeParams, probeGateOf, probeParamsOf } from './probe-gate.ts'
import { takeUploads } from './probe-upload.ts'
import { answerMarked, answerSeen, bodyOf } from './seen-request.ts'

const MOST_BODY_BYTES = 65_536

/** What an answer of each kind says may be kept of it. */
const KEPT_KINDS: Readonly<Record<string, { readonly answer: AnswerClass; readonly vary?: string }>> = {
  'kept-public': { answer: 'probe' },
  'kept-vary': { answer: 'probe', vary: 'Accept' },
  'kept-no-store': { answer: 'never' },
  'kept-private': { answer: 'private' },
}

export function probeRoutes(context: HttpContext): FastifyPluginAsync {
  const gate = probeGateOf(context)
  return async (app) => {
    answerAs(app, 'never')
    app.decorateRequest('probeKey', null)
    proofRoute(app, gate)
    await app.register(async (counted) => {
      // Before a byte of a body is read.
      counted.addHook('onRequest', async (request) => {
        request.probeKey = await gate.admitCounted(probeParamsOf(request).nonce)
      })
      await counted.register(async (seeing) => seenRoutes(seeing, context))
      keptRoutes(counted)
      await counted.register(async (taking) => takeUploads(taking, context, gate))
    })
  }
}

/** Any kind that has no meaning of its own. */
function proofRoute(app: FastifyInstance, gate: ProbeGate): void {
  app.get<{ Params: ProbeParams }>(
    probePath(':nonce', ':kind'),
    { config: { scope: 'public' } },
    async ({ params: { nonce, kind } }) => {
      const key = await gate.admit(nonce)
      if (!isProbeKind(kind)) throw new HomebirdError('NOT_FOUND', 'there is no such kind of probe')
      return { proof: probeProof(key, nonce, kind) }
    },
  )
}

/** Also below it, where paths are tried that some proxies write in their own way. */
function seenRoutes(app: FastifyInstance, context: HttpContext): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BODY_BYTES }, (_request, body, done) =>
    done(null, body),
  )
  for (const path of [probePath(':nonce', 'seen'), `${probePath(':nonce', 'seen')}/*`]) {
    app.route({
      method: ['GET', 'POST'],
      url: path,
      config: { scope: 'public' },
      handler: async (request) => {
        const body = Buffer.isBuffer(request.body) ? bodyOf(request.body) : undefined
        return answerSeen(context, request, 'seen', body)
      },
    })
  }
}

function keptRoutes(app: FastifyInstance): void {
  for (const place of ['site', 'objects'] satisfies ProbePlace[]) {
    for (const [kind, { answer, vary }] of Object.entries(KEPT_KINDS)) {
      app.get(
        probePath(':nonce', kind, place),
        { config: { scope: 'public', answer } },
        async (request, reply) => {
          if (vary !== undefined) void reply.header('vary', vary)
          return answerMarked(request, kind)
        },
      )
    }
  }
}
