/** Makes a trace of each request: the pattern of its route and how it was answered, never its path, which names people. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Span, Tracer } from '../../core/tracer.ts'

/** They are asked every few seconds and say nothing new. */
const UNTRACED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/**
 * What a request says of a trace of its own (`traceparent`) is not believed: anybody can write it.
 * @see OpenTelemetry's conventions for HTTP server spans
 */
export function traceRequests(app: FastifyInstance, tracer: Tracer, listener: 'public' | 'private'): void {
  const spans = new WeakMap<FastifyRequest, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions } = request
    const route = routeOptions.url ?? 'none'
    const span = UNTRACED.has(route)
      ? null
      : tracer.begin({
          name: `${method} ${route}`,
          kind: 'server',
          facts: { 'http.request.method': method, 'http.route': route, 'homebird.listener': listener },
        })
    if (span === null) {
      done()
      return
    }
    spans.set(request, span)
    tracer.within(span, done)
  })
  // What comes after the body was read comes from the socket, and no longer from what began above.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request)
    if (span === undefined) done()
    else tracer.within(span, done)
  })
  app.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request)
    span?.set({ 'http.response.status_code': statusCode })
    if (statusCode >= 500) span?.fail(String(statusCode))
    span?.end()
    done()
  })
}
