/** What a trace tells of an exchange with another machine: method, host, and how it was answered; never the address of a document. */
import { type Tracer, traced } from '../core/tracer.ts'
import type { ExchangeRequest, ExchangeResult } from './exchange.ts'

/** @see OpenTelemetry's conventions for HTTP client spans */
export async function tracedExchange(
  tracer: Tracer | null | undefined,
  { method, url }: ExchangeRequest,
  send: () => Promise<ExchangeResult>,
): Promise<ExchangeResult> {
  return traced(
    tracer,
    () => ({
      name: method,
      kind: 'client',
      facts: { 'http.request.method': method, 'server.address': url.hostname, 'server.port': url.port },
    }),
    async (span) => {
      const result = await send()
      span?.set({ 'http.response.status_code': result.status })
      return result
    },
  )
}
