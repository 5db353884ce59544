/** Tells how long each request of an app took. */
import type { FastifyInstance } from 'fastify'

export interface AnsweredRequest {
  readonly listener: 'public' | 'private'
  readonly method: string
  /** The pattern of the route, never the path: paths name people. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

/** What is measured of a home, and how Prometheus reads it. */
export interface Figures {
  answered(request: AnsweredRequest): void
  /** Of this process alone, as plain data. */
  own(): Promise<readonly object[]>
  /** In the text format of Prometheus. @throws whatever a database that does not answer throws */
  text(): Promise<string>
}

export function measureRequests(
  app: FastifyInstance,
  figures: Figures,
  listener: AnsweredRequest['listener'],
): void {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    const route = routeOptions.url ?? 'none'
    figures.answered({ listener, method, route, status: statusCode, seconds: elapsedTime / 1_000 })
  })
}
