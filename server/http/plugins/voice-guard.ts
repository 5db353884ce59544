/**
 * While a home is handed over to another machine, and after it, nothing is taken in here: what was acknowledged would be lost.
 * It can be read meanwhile, and the owner may sign in and say that it is to speak again. Once another machine speaks, the public
 * is told to ask later: it is led to the other one.
 */
import type { FastifyInstance } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/health'])
/** What the owner needs to see how it stands, and to have it otherwise. */
const OF_THE_OWNER = /^\/api\/homebird\/v1\/(?:session|sign-in|passkeys\/use|hand-over|backups)(?:\/|$)/
const COME_AGAIN_SECONDS = 60

const IS_PAUSED =
  'This home is being handed over to another computer. It can be read; nothing new is taken in until that is done.'
const IS_SILENT =
  'This home was handed over to another computer, which speaks for it. What is here can be read and not changed.'

export function guardVoice(
  app: FastifyInstance,
  { supervision }: Pick<HttpContext, 'supervision'>,
  listener: 'public' | 'private',
): void {
  const voice = supervision?.voice ?? 'speaks'
  if (voice === 'speaks') return
  const safe = voice === 'paused' ? IS_PAUSED : IS_SILENT
  app.addHook('onRequest', (request, _reply, done) => {
    const { url = '' } = request.routeOptions
    const isOpen = READS.has(request.method) && (listener === 'private' || voice === 'paused')
    if (isOpen || PROBES.has(url) || (listener === 'private' && OF_THE_OWNER.test(url))) return done()
    return done(
      new HomebirdError('UNAVAILABLE', `${request.method} ${url} is refused: the home is ${voice} here`, {
        safe,
        details: { retryAfterSeconds: COME_AGAIN_SECONDS },
      }),
    )
  })
}
