/** HAProxy in front of the home: ends TLS and hands everything on, or hands on TLS itself, of which it reads the name only. */
import type { EdgeFile } from '../../contracts/edge-files.ts'
import { type EdgeFacts, hostAndPort } from './edge-facts.ts'

const AWAY_PATH = '/etc/haproxy/homebird-away.http'

export function haproxyFiles(facts: EdgeFacts): EdgeFile[] {
  const name = 'haproxy.cfg'
  const whole = (text: string): EdgeFile => ({ name, path: '/etc/haproxy/haproxy.cfg', mode: '0644', text })
  if (facts.use === 'passthrough') return [whole(passthroughText(facts))]
  const away = { name: 'homebird-away.http', path: AWAY_PATH, mode: '0644', text: AWAY }
  return [away, whole(haproxyText(facts))]
}

/** As it goes over the wire. */
const AWAY = [
  'HTTP/1.1 503 Service Unavailable',
  'Retry-After: 60',
  'Cache-Control: no-store',
  'Content-Type: text/plain; charset=utf-8',
  'Connection: close',
  '',
  'The home is away for a moment.\n',
].join('\r\n')

function globalPart(facts: EdgeFacts): string {
  return `# HAProxy in front of the Homebird of ${facts.hosts[0] ?? ''}: the whole of /etc/haproxy/haproxy.cfg.
global
  log /dev/log local0
  # These two are of the package. No chroot: the home's socket lies outside of any.
  user haproxy
  group haproxy
  maxconn 4000
`
}

function haproxyText(facts: EdgeFacts): string {
  return `${globalPart(facts)}  ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
  mode http
  log global
  option httplog
  option dontlognull
  # Connections to the home stay open, which halves the time of an answer.
  http-reuse safe
  timeout connect 5s
  # A home that is away is away: nobody waits for another try.
  retries 0
  # A request has to be whole, but for its body, by then; a body may take its time as long as it does not stand still.
  timeout http-request 15s
  timeout http-keep-alive 30s
  timeout client 90s
  timeout server 90s
  # WebSockets, which the home keeps alive.
  timeout tunnel 1h
  # While the home is away: 503 and a time, upon which others try again for days. On 502 some give up.
  errorfile 502 ${AWAY_PATH}
  errorfile 503 ${AWAY_PATH}
  errorfile 504 ${AWAY_PATH}

frontend homebird
  bind :80,[::]:80 v6only
  # One file with chain and key for each name; HTTP/2 for those who can.
  bind :443,[::]:443 v6only ssl crt /etc/haproxy/certs/ alpn h2,http/1.1
  acl is_proof path_beg /.well-known/acme-challenge/
  acl is_home hdr(host),field(1,:),lower -m str ${facts.hosts.join(' ')}
  # What comes unencrypted is sent to the other door, but for the proof that the certificate is asked by.
  http-request redirect scheme https code 308 unless { ssl_fc } || is_proof
  # Who the visitor is: what he says himself is overwritten. Host, path and query stay as they came: signatures hold.
  http-request set-header X-Forwarded-For %[src]
${ownHeader(facts)}  http-request set-header X-Forwarded-Proto https
  # Nothing of a stranger's arrives that the home believes of a cache.
  http-request del-header X-Homebird-Purge
  http-request del-header X-Homebird-Refresh
  use_backend certbot if is_proof !{ ssl_fc }
  use_backend home if is_home
  # Nothing else is served here.
  default_backend nobody

backend home
  # Uploads over a slow line: what stands still for longer ends, and the home has limits of its own.
  timeout server 300s
  server home ${placeOf(facts)}${facts.client.kind === 'preamble' ? ' send-proxy-v2' : ''} maxconn 500

backend certbot
  # certbot certonly --standalone --http-01-port 8402
  server certbot 127.0.0.1:8402

backend nobody
  http-request deny deny_status 421
`
}

function passthroughText(facts: EdgeFacts): string {
  return `${globalPart(facts)}
defaults
  mode tcp
  log global
  option tcplog
  option dontlognull
  timeout connect 5s
  # Nothing is read, so nothing is known of what is under way; the home keeps alive what should stay open.
  timeout client 5m
  timeout server 5m
  timeout tunnel 1h

frontend homebird
  bind :443,[::]:443 v6only
  # The name is said unencrypted at the beginning; it is all that is looked at.
  tcp-request inspect-delay 5s
  tcp-request content accept if { req.ssl_hello_type 1 }
  tcp-request content reject
${facts.hosts.map((host) => `  use_backend home if { req.ssl_sni -i ${host} }`).join('\n')}
  # Other names have no backend and are closed. One of yours goes here: use_backend mine if { req.ssl_sni -i mine.example }

backend home
  # Who the visitor is, before the first byte of each connection.
  server home ${placeOf(facts)} send-proxy-v2

frontend unencrypted
  mode http
  bind :80,[::]:80 v6only
  timeout http-request 15s
  http-request redirect scheme https code 308
`
}

function ownHeader({ client }: EdgeFacts): string {
  if (client.kind !== 'header' || client.name === 'x-forwarded-for') return ''
  return `  http-request set-header ${client.name} %[src]\n`
}

function placeOf({ home }: EdgeFacts): string {
  return home.kind === 'socket' ? `unix@${home.path}` : hostAndPort(home)
}
