/** The files of one edge in one use, and what is to be run to have them count. */
import type { EdgeFile, EdgeGuide, EdgeKind, EdgeUse } from '../../contracts/edge-files.ts'
import { assertNever } from '../../core/errors.ts'
import { caddyFiles } from './caddy-file.ts'
import { cdnSheet } from './cdn-sheets.ts'
import { type EdgeFacts, type EdgeSettings, edgeFactsOf, refuse } from './edge-facts.ts'
import { haproxyFiles } from './haproxy-file.ts'
import { nginxFiles } from './nginx-file.ts'
import { nginxPassthroughFiles } from './nginx-passthrough.ts'
import { varnishFiles } from './varnish-file.ts'

/** Those that can hand on TLS without reading it. */
const PASSING: ReadonlySet<EdgeKind> = new Set(['nginx', 'haproxy'])

/**
 * @param hosts  where the home answers, the primary one first
 * @throws HomebirdError UNPROCESSABLE where this edge cannot serve in this use, or there is nothing to write from
 */
export function edgeGuide(
  edge: EdgeKind,
  use: EdgeUse,
  settings: EdgeSettings,
  hosts: readonly string[],
): EdgeGuide {
  if (use === 'passthrough' && !PASSING.has(edge))
    refuse(`${edge} cannot hand on TLS without reading it; take haproxy or nginx, or the use ssh`)
  const facts = edgeFactsOf(settings, hosts, use)
  if (facts.client.kind === 'preamble' && use === 'manual' && edge !== 'haproxy') refusePreamble(edge)
  return { edge, use, files: filesOf(edge, facts), commands: [...atHome(facts), ...commandsOf(edge, facts)] }
}

function refusePreamble(edge: EdgeKind): never {
  return refuse(
    `HOMEBIRD_CLIENT_ADDRESS is proxy, but ${edge} sends no preamble; set it to header:x-forwarded-for, or take haproxy`,
  )
}

function filesOf(edge: EdgeKind, facts: EdgeFacts): EdgeFile[] {
  switch (edge) {
    case 'caddy':
      return caddyFiles(facts)
    case 'nginx':
      return facts.use === 'passthrough' ? nginxPassthroughFiles(facts) : nginxFiles(facts)
    case 'haproxy':
      return haproxyFiles(facts)
    case 'varnish':
      return varnishFiles(facts)
    case 'cloudflare':
    case 'bunny':
    case 'fastly':
      return cdnSheet(edge, facts)
    default:
      return assertNever(edge)
  }
}

/** A proxy of the owner's own is believed as it is written here. */
function atHome({ use, client }: EdgeFacts): string[] {
  if (use !== 'manual') return []
  const word = client.kind === 'preamble' ? 'proxy' : `header:${client.name}`
  return [`homebird tunnel set clientAddress ${word}`, 'homebird tunnel set tunnel manual']
}

function commandsOf(edge: EdgeKind, facts: EdgeFacts): string[] {
  const put = filesOf(edge, facts)
    .filter(({ path }) => path !== '')
    .map(putOf)
  switch (edge) {
    case 'caddy':
      return [...put, ...CADDY]
    case 'nginx':
      return facts.use === 'passthrough'
        ? [...put, STREAM_LINE, ...NGINX]
        : [`certbot certonly --nginx ${certificateNames(facts)}`, ...put, ...NGINX]
    case 'haproxy':
      return facts.use === 'passthrough' ? haproxyPut(facts) : certificateOf(facts, haproxyPut(facts))
    case 'varnish':
      return [...put, 'chown root:varnish /etc/varnish/homebird.vcl', ...VARNISH, ...CADDY]
    case 'cloudflare':
    case 'bunny':
    case 'fastly':
      return []
    default:
      return assertNever(edge)
  }
}

const putOf = ({ name, path, mode }: EdgeFile): string => `install -D -m ${mode} ${name} ${path}`

/** A line of its own at the end, also behind a last line that has no end. */
const atEnd = (line: string, path: string): string =>
  `grep -qx '${line}' ${path} || printf '\\n%s\\n' '${line}' >> ${path}`

const CADDY = [
  atEnd('import homebird.caddy', '/etc/caddy/Caddyfile'),
  'caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile',
  'systemctl reload caddy',
]
const NGINX = ['nginx -t', 'systemctl reload nginx']
const STREAM_LINE = atEnd('include /etc/nginx/homebird-stream.conf;', '/etc/nginx/nginx.conf')
const VARNISH = [
  'varnishd -C -f /etc/varnish/homebird.vcl',
  'systemctl daemon-reload',
  'systemctl restart varnish',
]

/** The file is the whole of what HAProxy does: it is looked at first, and what it did before stays beside it. */
function haproxyPut(facts: EdgeFacts): string[] {
  const former = '/etc/haproxy/haproxy.cfg'
  const copy = `${former}.before-homebird`
  const files = filesOf('haproxy', facts)
  const beside = files.filter(({ path }) => path !== former)
  const whole = files.filter(({ path }) => path === former)
  return [
    ...beside.map(putOf),
    `test -e ${copy} || cp -p ${former} ${copy}`,
    ...whole.map((file) => `haproxy -c -f ${file.name} && ${putOf(file)}`),
    'systemctl reload haproxy',
  ]
}

const certificateNames = ({ hosts }: EdgeFacts): string => hosts.map((host) => `-d ${host}`).join(' ')

/**
 * Chain and key in one file, as HAProxy takes them, also after each renewal. It does not start without one, and the proof for
 * the first comes by way of it: until then it has one that it has signed itself.
 */
function certificateOf(facts: EdgeFacts, put: readonly string[]): string[] {
  const [first = ''] = facts.hosts
  const live = `/etc/letsencrypt/live/${first}`
  const kept = `/etc/haproxy/certs/${first}.pem`
  const hook = `umask 077; cat ${live}/fullchain.pem ${live}/privkey.pem > ${kept}; systemctl reload haproxy`
  return [
    'install -d -m 0700 /etc/haproxy/certs',
    `test -s ${kept} || openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=homebird -keyout ${kept} -out ${kept}`,
    ...put,
    `certbot certonly --standalone --http-01-port 8402 ${certificateNames(facts)} --deploy-hook '${hook}'`,
  ]
}
