/** The list of routes, and who may use each, stands in `routes.txt`: nothing appears there unasked. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fastify, { type RouteOptions } from 'fastify'
import { clientApiRoutes } from '../../../server/http/client-api/index.ts'
import { mediaProxyRoutes } from '../../../server/http/media-proxy/index.ts'
import { oauthRoutes } from '../../../server/http/oauth/index.ts'
import { streamingRoutes } from '../../../server/http/streaming/index.ts'
import { openApiHome } from '../../support/api-home.ts'

const SNAPSHOT = join(import.meta.dirname, 'routes.txt')

function lineOf(route: RouteOptions): string[] {
  const methods = [route.method].flat().filter((method) => method !== 'HEAD')
  const { scope, subject } = route.config ?? {}
  if (methods.length === 0) return []
  return [`${route.url} ${methods.join(',')} ${subject} ${[scope].flat().join('|')}`]
}

test('the routes for apps are those that are written down', async () => {
  const { context } = await openApiHome()
  const app = fastify()
  const lines: string[] = []
  app.addHook('onRoute', (route) => {
    lines.push(...lineOf(route))
  })
  await app.register(oauthRoutes(context))
  await app.register(clientApiRoutes(context, { listener: 'public' }))
  await app.register(streamingRoutes(context, { listener: 'public' }))
  await app.register(mediaProxyRoutes(context, { listener: 'public' }))
  await app.ready()
  await app.close()
  const found = `${lines.toSorted((a, b) => (a < b ? -1 : 1)).join('\n')}\n`
  assert.equal(found, await readFile(SNAPSHOT, 'utf8'))
})
