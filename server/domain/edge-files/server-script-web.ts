/** Of the server's script: whom the web server runs as, and the files by which it leads to the home. */
import type { EdgeFile, EdgeKind, EdgeUse } from '../../contracts/edge-files.ts'

export interface WebServer {
  /** As a command. */
  readonly program: string
  /** Its groups, as Debian and Fedora name them. */
  readonly groups: string
}

export const WEB_SERVERS: Readonly<Partial<Record<EdgeKind, WebServer>>> = {
  caddy: { program: 'caddy', groups: 'caddy' },
  nginx: { program: 'nginx', groups: 'www-data nginx' },
  haproxy: { program: 'haproxy', groups: 'haproxy' },
  varnish: { program: 'varnishd', groups: 'varnish vcache' },
}

/** Debian has the group www-data in any case, also where nginx is of its makers and runs as another. */
const NGINX_GROUP = `# As its configuration says; where that says nothing, as it was built.
user=$(nginx -T 2>/dev/null | sed -n 's/^[[:space:]]*user[[:space:]][[:space:]]*\\([^;]*[^;[:space:]]\\)[[:space:]]*;.*/\\1/p' | sed -n 1p)
case "$user" in
  '') group=$(nginx -V 2>&1 | sed -n 's/.*--group=\\([^ ]*\\).*/\\1/p') ;;
  *[[:space:]]*) group=\${user##*[[:space:]]} ;;
  *) group=$(id -gn "$user" 2>/dev/null) || group= ;;
esac
getent group "$group" >/dev/null || group=
`

export function groupPart({ program, groups }: WebServer): string {
  return `# The web server's group, which may use the socket; it is called differently here and there.
command -v ${program} >/dev/null || stop 'the web server is not installed: there is no ${program}; install it, then run this again'
group=
${program === 'nginx' ? NGINX_GROUP : ''}for name in ${groups}; do
  if [ -z "$group" ] && getent group "$name" >/dev/null; then group=$name; fi
done
[ -n "$group" ] || stop '${program} has no group of its own here: there is no ${groups.replaceAll(' ', ' or ')}; make it, then run this again'
`
}

/** What the web server read before comes back where it finds fault, so that it starts again whatever happens. */
const KEEP_PART = `# keep PATH: what it was, until the whole is found good.
kept=
said=$(mktemp)
keep() {
  rm -f "$1.before"
  if [ -e "$1" ]; then cp -p "$1" "$1.before"; fi
  kept="$kept $1"
}
undo() {
  for path in $kept; do
    if [ -e "$path.before" ]; then mv -f "$path.before" "$path"; else rm -f "$path"; fi
  done
  rm -f "$said"
}
settle() {
  for path in $kept; do rm -f "$path.before"; done
  rm -f "$said"
  trap - INT TERM HUP
}
trap 'undo; exit 1' INT TERM HUP
`

/** @param hosts  where the home answers, the primary one first */
export function webPart(
  edge: EdgeKind,
  use: EdgeUse,
  files: readonly EdgeFile[],
  hosts: readonly string[],
): string {
  const [first = ''] = hosts
  const puts = files
    .map(({ path, mode, text }) => `put ${path} ${mode} <<'HOMEBIRD_END'\n${text.trimEnd()}\nHOMEBIRD_END`)
    .join('\n')
  const head = '\n# 5. The web server, which leads to the socket. It looks at the whole before it counts.\n'
  const keeps = files.map(({ path }) => `keep ${path}`).join('\n')
  if (edge === 'caddy')
    return `${head}${KEEP_PART}${keeps}
keep /etc/caddy/Caddyfile
${puts}
grep -qsx 'import homebird.caddy' /etc/caddy/Caddyfile || printf '\\nimport homebird.caddy\\n' >>/etc/caddy/Caddyfile
if ! caddy validate --adapter caddyfile --config /etc/caddy/Caddyfile >"$said" 2>&1; then
  cat "$said" >&2
  undo
  stop 'caddy finds fault with its configuration (see above); nothing of it was changed'
fi
settle
${reload('caddy')}`
  if (edge === 'nginx' && use === 'ssh')
    return `${head}#    Without the certificate nginx would not start, so that comes first.
if [ -f /etc/letsencrypt/live/${first}/fullchain.pem ]; then
${KEEP_PART}${keeps}
${puts}
  if ! nginx -t; then
    undo
    stop 'nginx finds fault with its configuration (see above); nothing of it was changed'
  fi
  settle
${reload('nginx')}else
  say 'get the certificate, then run this again: certbot certonly --nginx ${hosts.map((host) => `-d ${host}`).join(' ')}'
fi
`
  return `\n# 5. The files of ${edge}, and what is to be run for them, are told by:  homebird tunnel files ${edge} --use ${use}\n`
}

const reload = (unit: string): string =>
  `if [ -d /run/systemd/system ]; then systemctl reload-or-restart ${unit}; else say 'have ${unit} read its configuration again'; fi\n`
