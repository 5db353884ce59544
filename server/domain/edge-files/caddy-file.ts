/** Caddy in front of the home: gets its certificate by itself, ends TLS, hands everything on. */
import type { EdgeFile } from '../../contracts/edge-files.ts'
import { type EdgeFacts, hostAndPort } from './edge-facts.ts'

export function caddyFiles(facts: EdgeFacts): EdgeFile[] {
  const path = '/etc/caddy/homebird.caddy'
  return [{ name: 'homebird.caddy', path, mode: '0644', text: caddyText(facts) }]
}

/** What stands between Caddy and the home. */
interface Behind {
  readonly place: string
  /** It looks at the secret of the cache itself, and lets none of it on to the home. */
  readonly isCache: boolean
}

/** @param behind  where it leads, unless to the home itself */
export function caddyText(
  facts: EdgeFacts,
  behind: Behind = { place: placeOf(facts), isCache: false },
): string {
  const own =
    facts.client.kind === 'header' && facts.client.name !== 'x-forwarded-for' ? facts.client.name : null
  const text = `# Caddy in front of the Homebird of ${facts.hosts[0] ?? ''}. Read by one line in /etc/caddy/Caddyfile: import homebird.caddy

# For these names Caddy gets certificates by itself, renews them, speaks HTTP/2, and sends on what comes unencrypted.
${facts.hosts.join(', ')} {
  # The home's own limit for uploads is a little smaller, and it says so in words.
  request_body {
    max_size ${facts.mostBodyMb}MiB
  }

  # No path is named, so path and query arrive as they were sent, and so does Host: signatures hold.
  # WebSockets and streams of events are handed on by themselves, without waiting for more.
  reverse_proxy ${behind.place} {
    # Who the visitor is: what he says himself is overwritten.
    header_up X-Forwarded-For {http.request.remote.host}
${own === null ? '' : `    header_up ${own} {http.request.remote.host}\n`}${strangersPart(facts, behind)}    header_up -X-Homebird-Refresh
    transport http {
      dial_timeout 5s
      # Connections to the home stay open, which halves the time of an answer, for less long than the home keeps them.
      keepalive 30s
      keepalive_idle_conns_per_host 32
      # The home compresses what gains by it.
      compression off
    }
  }

  # While the home is away: 503 and a time, upon which others try again for days. On 502 some give up.
  handle_errors {
    @away expression \`{http.error.status_code} in [502, 503, 504]\`
    handle @away {
      header Retry-After 60
      header Cache-Control no-store
      respond "The home is away for a moment." 503
    }
    handle {
      header Cache-Control no-store
      respond "{http.error.status_text}" {http.error.status_code}
    }
  }
}
`
  // As caddy fmt has it.
  return text.replaceAll(/^(?: {2})+/gm, (spaces) => '\t'.repeat(spaces.length / 2))
}

function strangersPart({ purgeSecret }: EdgeFacts, { isCache }: Behind): string {
  if (isCache && purgeSecret !== null)
    return `    # X-Homebird-Purge goes on to the cache, which knows the secret; this the home believes of nobody.\n`
  return `    # The home believes these of nobody; nothing of a stranger's arrives.\n    header_up -X-Homebird-Purge\n`
}

function placeOf({ home }: EdgeFacts): string {
  return home.kind === 'socket' ? `unix/${home.path}` : hostAndPort(home)
}
