/** Ready configuration for the other end, as the owner takes it there: web servers, CDNs, the server, the website. */
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import {
  EDGE_KINDS,
  EDGE_USES,
  type EdgeGuide,
  REDIRECT_HOSTS,
  type RedirectGuide,
} from '../../contracts/edge-files.ts'
import type { Config } from '../../core/config.ts'
import { refuse, usualUse } from '../../domain/edge-files/edge-facts.ts'
import { edgeGuide } from '../../domain/edge-files/edge-guide.ts'
import { redirectGuide } from '../../domain/edge-files/redirects.ts'
import { serverScript } from '../../domain/edge-files/server-script.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import type { HttpContext } from '../http-context.ts'

const OWNER = { config: { scope: 'owner' } } as const
const Edge = Type.Union(EDGE_KINDS.map((kind) => Type.Literal(kind)))
const Use = Type.Union(EDGE_USES.map((use) => Type.Literal(use)))
const EdgeParams = Type.Object({ edge: Edge })
const EdgeQuery = Type.Object({ use: Type.Optional(Use) })
const ScriptQuery = Type.Object({ edge: Type.Optional(Edge), use: Type.Optional(Use) })
const RedirectParams = Type.Object({
  host: Type.Union(REDIRECT_HOSTS.map((host) => Type.Literal(host))),
})

export function edgeFileRoutes(context: HttpContext): FastifyPluginAsync {
  const { home } = context
  return async (app) => {
    app.get<{ Params: Static<typeof EdgeParams>; Querystring: Static<typeof EdgeQuery> }>(
      '/tunnel/edges/:edge',
      { ...OWNER, schema: { params: EdgeParams, querystring: EdgeQuery } },
      async ({ params, query }): Promise<EdgeGuide> => {
        const settings = await settingsNow(context)
        const use = query.use ?? usualUse(settings)
        return edgeGuide(params.edge, use, settings, hostsOf(context))
      },
    )
    app.get<{ Querystring: Static<typeof ScriptQuery> }>(
      '/tunnel/server-script',
      { ...OWNER, schema: { querystring: ScriptQuery } },
      async ({ query }): Promise<EdgeGuide> => {
        const settings = await settingsNow(context)
        const tunnel = (await context.supervision?.facts())?.tunnel ?? null
        const use = query.use ?? (settings.tunnelMode === 'passthrough' ? 'passthrough' : 'ssh')
        const edge = query.edge ?? (use === 'passthrough' ? 'haproxy' : 'caddy')
        return serverScript(edge, use, settings, {
          account: settings.tunnelServer?.user ?? 'homebird',
          publicKey: tunnel?.facts['publicKey'] ?? '',
          hosts: hostsOf(context),
          listens: settings.tunnelListen,
        })
      },
    )
    app.get<{ Params: Static<typeof RedirectParams> }>(
      '/tunnel/redirects/:host',
      { ...OWNER, schema: { params: RedirectParams } },
      async ({ params }): Promise<RedirectGuide> =>
        redirectGuide(
          params.host,
          home.domains().map(({ domain, service_host: serviceHost }) => ({ domain, serviceHost })),
        ),
    )
  }
}

/** Those of the tunnel may have changed since this process has started. */
async function settingsNow({ config, supervision }: HttpContext): Promise<Config> {
  const now = (await supervision?.facts())?.tunnelSettings ?? {}
  return { ...config, ...now, tunnelToken: config.tunnelToken }
}

/** @throws HomebirdError UNPROCESSABLE before there is an address */
function hostsOf({ home }: HttpContext): string[] {
  const hosts = home
    .domains()
    .flatMap(({ domain, service_host: host }) => (domain === UNPUBLISHED_DOMAIN ? [] : [host]))
  if (hosts.length === 0)
    refuse('this home has no address yet; give it one with: homebird domain publish NAME')
  return [...new Set(hosts)]
}
