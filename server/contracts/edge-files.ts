/** Ready configuration for the other end: the web server or CDN in front of the home, its server, the owner's website. */

/** `cloudflare`, `bunny` and `fastly` are set up on their pages: for them there is a sheet to go through. */
export const EDGE_KINDS = ['caddy', 'nginx', 'haproxy', 'varnish', 'cloudflare', 'bunny', 'fastly'] as const

export type EdgeKind = (typeof EDGE_KINDS)[number]

/**
 * - `manual`: the edge runs where the home is reached without a tunnel
 * - `ssh`: it runs on the server that the home calls, and ends TLS
 * - `passthrough`: it runs there too, and hands on what it cannot read; TLS ends at home
 */
export const EDGE_USES = ['manual', 'ssh', 'passthrough'] as const

export type EdgeUse = (typeof EDGE_USES)[number]

export interface EdgeFile {
  readonly name: string
  /** Where it goes on that machine; empty for what is only read. */
  readonly path: string
  /** Octal, as chmod takes it. */
  readonly mode: string
  readonly text: string
}

export interface EdgeGuide {
  readonly edge: EdgeKind
  readonly use: EdgeUse
  readonly files: readonly EdgeFile[]
  /** To run there, in this order; those that begin with `homebird` at home. */
  readonly commands: readonly string[]
}

/** What serves the website of the domain after the second @, where the home is on another host. */
export const REDIRECT_HOSTS = ['nginx', 'caddy', 'apache', 'static', 'wordpress'] as const

export type RedirectHost = (typeof REDIRECT_HOSTS)[number]

export interface RedirectGuide {
  readonly host: RedirectHost
  readonly files: readonly EdgeFile[]
  /** To run there, in this order. */
  readonly commands: readonly string[]
}
