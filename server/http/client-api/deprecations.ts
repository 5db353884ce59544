/** Routes that newer ones have replaced, and since when: apps under development warn their makers of them. @see RFC 9745 */
import type { FastifyInstance } from 'fastify'

/** The days on which Mastodon gave them up. */
const GIVEN_UP: ReadonlyArray<readonly [route: RegExp, day: string]> = [
  [/^GET \/api\/v1\/instance$/, '2022-11-14'],
  [/^[A-Z]+ \/api\/v1\/filters(?:\/:id)?$/, '2022-11-14'],
  [/^GET \/api\/v1\/suggestions$/, '2021-05-16'],
  [/^GET \/api\/v1\/trends$/, '2022-03-30'],
  [/^GET \/api\/v1\/accounts\/:id\/identity_proofs$/, '2022-03-30'],
]

/** Null for a route that is to stay. @param url  as it is declared */
export function givenUpOn(method: string, url: string): Date | null {
  const name = `${method === 'HEAD' ? 'GET' : method} ${url}`
  const day = GIVEN_UP.find(([route]) => route.test(name))?.[1]
  return day === undefined ? null : new Date(day)
}

export function markDeprecated(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const [method = 'GET'] = [route.method].flat()
    const day = givenUpOn(method, route.url)
    if (day === null) return
    const moment = `@${day.getTime() / 1_000}`
    route.onSend = [
      async (_request, reply, payload) => {
        void reply.header('deprecation', moment)
        return payload
      },
      ...[route.onSend ?? []].flat(),
    ]
  })
}
