/** The routes of the public listener that apps may use, as they are registered: what the OpenAPI document is made of. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { OPEN } from '../access.ts'
import type { Api } from '../api.ts'
import { originOf } from '../pages.ts'
import type { DescribedRoute } from './document.ts'

const catalogues = new WeakMap<object, DescribedRoute[]>()

/** One for all plugins of a process. */
function catalogueOf(context: { readonly listener: object }): DescribedRoute[] {
  const kept = catalogues.get(context.listener)
  if (kept !== undefined) return kept
  const routes: DescribedRoute[] = []
  catalogues.set(context.listener, routes)
  return routes
}

/** Writes down every route that the encapsulated app gets from now on. */
export function describeRoutes(app: FastifyInstance, context: { readonly listener: object }): void {
  const routes = catalogueOf(context)
  app.addHook('onRoute', ({ method, url, schema, config }) => {
    routes.push({
      method,
      url,
      ...(schema === undefined ? {} : { schema }),
      ...(config === undefined ? {} : { config }),
    })
  })
}

/** The generator and the schemas of all entities are loaded by whoever asks first: apps in use never do. */
export function openApiRoutes(api: Api): FastifyPluginAsync {
  return async (app) => {
    app.get('/openapi.json', OPEN, async (request) => {
      const { openApiDocument } = await import('./document.ts')
      return openApiDocument(catalogueOf(api.context), originOf(api, request))
    })
  }
}
