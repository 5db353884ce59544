/**
 * What the owner's website says where the handle has its domain and the home is on another host: servers ask the domain of a
 * handle who that is, and are sent on, with their question.
 */
import type { EdgeFile, RedirectGuide, RedirectHost } from '../../contracts/edge-files.ts'
import { assertNever } from '../../core/errors.ts'
import { UNPUBLISHED_DOMAIN } from '../owner/own-uris.ts'
import { checkHost, refuse } from './edge-facts.ts'

/** A domain of handles, and the host that answers for it. */
export interface SplitDomain {
  readonly domain: string
  readonly serviceHost: string
}

/** What is asked of a domain of handles. */
const ASKED = ['/.well-known/webfinger', '/.well-known/host-meta'] as const

/**
 * @param domains  all of the home; those that answer for themselves need nothing
 * @throws HomebirdError UNPROCESSABLE where none needs anything
 */
export function redirectGuide(host: RedirectHost, domains: readonly SplitDomain[]): RedirectGuide {
  const split = domains.filter(
    ({ domain, serviceHost }) => domain !== serviceHost && domain !== UNPUBLISHED_DOMAIN,
  )
  if (split.length === 0)
    refuse('the domain of your handle is the host that answers for it; no website has to send anybody on')
  for (const { domain, serviceHost } of split) {
    checkHost(domain)
    checkHost(serviceHost)
  }
  const files = split.flatMap((one) => {
    const own = filesOf(host, one)
    // Of several domains each has its own website, and its own file of the same name.
    const isTaken = split.length > 1 && host !== 'nginx' && host !== 'caddy' && host !== 'apache'
    return isTaken ? own.map((file) => ({ ...file, name: `${one.domain}-${file.name}` })) : own
  })
  return { host, files, commands: commandsOf(host) }
}

function filesOf(host: RedirectHost, one: SplitDomain): EdgeFile[] {
  const file = (name: string, path: string, text: string): EdgeFile => ({ name, path, mode: '0644', text })
  const base = `homebird-${one.domain}`
  switch (host) {
    case 'nginx':
      return [file(`${base}.conf`, `/etc/nginx/snippets/${base}.conf`, nginxText(one))]
    case 'caddy':
      return [file(`${base}.caddy`, `/etc/caddy/${base}.caddy`, caddyText(one))]
    case 'apache':
      return [file(`${base}.conf`, `/etc/apache2/conf-available/${base}.conf`, apacheText(one))]
    case 'static':
      return [
        file('_redirects', '_redirects', redirectsText(one)),
        file('_headers', '_headers', headersText()),
        file('homebird-redirect.md', '', staticNote(one)),
      ]
    case 'wordpress':
      return [
        file('homebird-redirect.php', 'wp-content/mu-plugins/homebird-redirect.php', phpText(one)),
        file('htaccess.txt', '', htaccessText(one)),
      ]
    default:
      return assertNever(host)
  }
}

function commandsOf(host: RedirectHost): string[] {
  switch (host) {
    case 'nginx':
      return ['nginx -t', 'systemctl reload nginx']
    case 'caddy':
      return ['caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile', 'systemctl reload caddy']
    case 'apache':
      return ['a2enmod headers', 'apachectl configtest', 'systemctl reload apache2']
    case 'static':
    case 'wordpress':
      return []
    default:
      return assertNever(host)
  }
}

function nginxText({ domain, serviceHost }: SplitDomain): string {
  const places = ASKED.map(
    (path) => `location = ${path} {
  # Also programs in browsers may follow.
  add_header Access-Control-Allow-Origin * always;
  # As it was asked, with the question behind the question mark.
  return 301 https://${serviceHost}$request_uri;
}
`,
  ).join('')
  return `# Who @…@${domain} is, ${serviceHost} knows. One line in the server block of ${domain} that listens on 443 reads this:
#   include snippets/homebird-${domain}.conf;
${places}`
}

function caddyText({ domain, serviceHost }: SplitDomain): string {
  return `# Who @…@${domain} is, ${serviceHost} knows. One line in the block of ${domain} reads this:
#   import homebird-${domain}.caddy
@homebird path ${ASKED.join(' ')}
handle @homebird {
  # Also programs in browsers may follow.
  header Access-Control-Allow-Origin *
  # As it was asked, with the question behind the question mark.
  redir https://${serviceHost}{uri} 301
}
`
}

function apacheText({ domain, serviceHost }: SplitDomain): string {
  const lines = ASKED.map(
    (path) => `RedirectMatch 301 "^${path.replaceAll('.', '\\.')}$" "https://${serviceHost}${path}"`,
  ).join('\n')
  return `# Who @…@${domain} is, ${serviceHost} knows. One line in the VirtualHost of ${domain} with port 443 reads this:
#   Include conf-available/homebird-${domain}.conf
# The question behind the question mark is handed on by itself.
${lines}
# Also programs in browsers may follow. Needs the module headers.
<LocationMatch "^/\\.well-known/(webfinger|host-meta)$">
  Header always set Access-Control-Allow-Origin "*"
</LocationMatch>
`
}

function redirectsText({ serviceHost }: SplitDomain): string {
  return ASKED.map((path) => `${path} https://${serviceHost}${path} 301!\n`).join('')
}

const headersText = (): string => ASKED.map((path) => `${path}\n  Access-Control-Allow-Origin: *\n`).join('')

function staticNote({ domain, serviceHost }: SplitDomain): string {
  return `# ${domain} on a host of files

Who \`@…@${domain}\` is, \`${serviceHost}\` knows. Put \`_redirects\` and \`_headers\` into the folder that is published, or their
lines into those that are there. Netlify reads both and hands the question behind the question mark on by itself. Where the
mark behind \`301\` is not understood, as with Cloudflare Pages, leave it away.

The question has to arrive: this answers with the owner's document when all is well:

    curl -L 'https://${domain}/.well-known/webfinger?resource=acct:NAME@${domain}'

A host that can send nobody on (GitHub Pages), or that loses the question, is no place for the domain of a handle. Then put a
host that can do it in front of those two addresses (a rule of the CDN is enough: *301 to*
\`https://${serviceHost}\`, *preserve path and query*), or let the domain of the handle be \`${serviceHost}\` itself.

Then press Check.
`
}

function phpText({ domain, serviceHost }: SplitDomain): string {
  const paths = ASKED.map((path) => `'${path}'`).join(', ')
  return `<?php
/**
 * Plugin Name: Homebird
 * Description: Who @…@${domain} is, ${serviceHost} knows: servers that ask are sent on, with their question.
 */
defined( 'ABSPATH' ) || exit;

( function () {
	$asked = isset( $_SERVER['REQUEST_URI'] ) ? $_SERVER['REQUEST_URI'] : '';
	if ( ! in_array( explode( '?', $asked, 2 )[0], array( ${paths} ), true ) ) {
		return;
	}
	// Also programs in browsers may follow.
	header( 'Access-Control-Allow-Origin: *' );
	// As it was asked, with the question behind the question mark.
	header( 'Location: https://${serviceHost}' . $asked, true, 301 );
	exit;
} )();
`
}

function htaccessText({ domain, serviceHost }: SplitDomain): string {
  return `# Who @…@${domain} is, ${serviceHost} knows. In place of the file in wp-content/mu-plugins, where Apache serves the site: these
# lines go into .htaccess, above "# BEGIN WordPress". The question behind the question mark is handed on by itself.
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteRule ^\\.well-known/(webfinger|host-meta)$ https://${serviceHost}/.well-known/$1 [R=301,NE,L,E=HOMEBIRD:1]
</IfModule>
<IfModule mod_headers.c>
Header always set Access-Control-Allow-Origin "*" env=HOMEBIRD
</IfModule>
`
}
