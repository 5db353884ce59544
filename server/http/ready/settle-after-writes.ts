/** Who changes something by this process sees it at once, in public answers too. */
import type { FastifyInstance } from 'fastify'
import { type AnswerContext, readyAnswersOf } from './ready-answers.ts'

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Before a good answer to a write leaves, what was made earlier is put under doubt. What others send is none of these writes. */
export function settleAfterWrites(app: FastifyInstance, context: AnswerContext): void {
  const answers = readyAnswersOf(context)
  app.addHook('onSend', (request, reply, payload, done) => {
    const isWrite = !READS.has(request.method) && reply.statusCode < 400
    if (isWrite && request.routeOptions.config.answer === 'private') answers.settle()
    done(null, payload)
  })
}
