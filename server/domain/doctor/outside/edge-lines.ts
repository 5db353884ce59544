/**
 * What to change in the configuration of what stands in front, for each code that a configuration is at fault for. Short
 * pieces for a person to find their place with: whole configurations are what `homebird tunnel files` writes.
 */
import type { DoctorCode, OutsideCode } from '../../../contracts/doctor.ts'
import { PASSING_LINES } from './passing-lines.ts'

/** By what was recognised; `{host}` stands for where the home answers. */
type Lines = Readonly<Record<string, string>>

const EDGE_LINES: Readonly<Partial<Record<OutsideCode, Lines>>> = {
  ...PASSING_LINES,
  CERT_CHAIN: {
    nginx: 'ssl_certificate /etc/letsencrypt/live/{host}/fullchain.pem;  # not cert.pem',
    apache: 'SSLCertificateFile /etc/letsencrypt/live/{host}/fullchain.pem',
    haproxy:
      'bind :443 ssl crt /etc/haproxy/{host}.pem  # fullchain.pem and privkey.pem, one after the other',
    caddy: 'tls /etc/ssl/{host}/fullchain.pem /etc/ssl/{host}/privkey.pem  # or no tls line at all',
  },
  EDGE_REDIRECTS: {
    nginx: 'server_name {host};  # and no return or rewrite in its block',
    caddy: '{host} {\n  reverse_proxy …  # and no redir above it\n}',
    apache: 'ServerName {host}  # and no Redirect or RewriteRule in its block',
    haproxy: '# no http-request redirect for\nacl home hdr(host) -i {host}',
    cloudflare: 'SSL/TLS: Full (strict). Rules: no redirect and no forwarding for {host}/*',
  },
  BOT_CHALLENGE: {
    cloudflare:
      'Security: Bot Fight Mode off, Block AI bots off, Under Attack mode off, Browser Integrity Check off for {host}',
    bunny: 'Shield: no challenge and no bot detection for {host}',
    fastly: 'Bot management: no challenge for {host}',
  },
  UA_BLOCKED: {
    cloudflare: 'Security rules: none that looks at the user agent for {host}; Block AI bots off',
    nginx:
      '# take away what blocks by name in the block of {host}:\n# if ($http_user_agent ~* …) { return 403; }',
    caddy: '# take away what blocks by name in the block of {host}:\n# @bots header_regexp User-Agent …',
    apache: '# take away what blocks by name in the block of {host}:\n# RewriteCond %{HTTP_USER_AGENT} …',
    haproxy: '# take away what blocks by name for {host}:\n# http-request deny if { hdr_sub(user-agent) … }',
    varnish:
      '# take away what blocks by name for {host}:\n# if (req.http.User-Agent ~ "…") { return (synth(403)); }',
  },
  HANDLE_DOMAIN_BROKEN: {
    nginx: 'location = /.well-known/webfinger { return 301 https://{host}$request_uri; }',
    caddy: 'redir /.well-known/webfinger https://{host}{uri} 301',
    apache: 'Redirect 301 /.well-known/webfinger https://{host}/.well-known/webfinger',
    haproxy: 'http-request redirect prefix https://{host} code 301 if { path /.well-known/webfinger }',
    cloudflare:
      'Rules, redirect: if URI path equals /.well-known/webfinger, to concat("https://{host}", http.request.uri.path), 301, preserve the query',
  },
}

export function linesFor(code: OutsideCode, edge: string | null, host: string): DoctorCode['lines'] {
  const text = edge === null ? undefined : EDGE_LINES[code]?.[edge]
  return edge === null || text === undefined ? null : { edge, text: text.replaceAll('{host}', host) }
}
