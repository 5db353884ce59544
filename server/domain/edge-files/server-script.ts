/**
 * The script that prepares a server for the tunnel: an account that can do nothing but hold one socket, and the web server
 * that leads to it. The owner reads it, takes it there and runs it; Homebird never does.
 */
import { posix } from 'node:path'
import type { EdgeGuide, EdgeKind, EdgeUse } from '../../contracts/edge-files.ts'
import type { ListenAddress } from '../../contracts/listen-address.ts'
import { type EdgeSettings, checkHost, hostAndPort, refuse } from './edge-facts.ts'
import { edgeGuide } from './edge-guide.ts'
import { WEB_SERVERS, type WebServer, groupPart, webPart } from './server-script-web.ts'

export interface ScriptFacts {
  readonly account: string
  /** As `authorized_keys` takes it. */
  readonly publicKey: string
  /** Where the home answers. */
  readonly hosts: readonly string[]
  /** Where the server takes what is for the home. */
  readonly listens: readonly ListenAddress[]
}

const SCRIPT = 'homebird-server.sh'
/** Below it lies all that the account can see. */
const ROOT = '/var/lib/homebird-root'
const KEYS = '/etc/ssh/homebird.keys'
const ACCOUNT = /^[a-z_][a-z0-9_-]{0,30}$/
const KEY = /^(ssh-ed25519 [A-Za-z0-9+/]{40,200}={0,2})(?: [\w@.-]*)?$/
const SOCKET = /^\/run\/[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/
/**
 * @param edge  the program there that leads to the home
 * @throws HomebirdError UNPROCESSABLE where no script can be written from this
 */
export function serverScript(
  edge: EdgeKind,
  use: EdgeUse,
  settings: EdgeSettings,
  facts: ScriptFacts,
): EdgeGuide {
  if (use === 'manual') refuse('a script is for a server that the home calls: the use is ssh or passthrough')
  const web =
    WEB_SERVERS[edge] ?? refuse(`${edge} runs on no server of yours; take caddy, nginx, haproxy or varnish`)
  checkScript(facts)
  const { files } = edgeGuide(edge, use, settings, facts.hosts)
  const text = [
    headPart(facts, web),
    ACCOUNT_PART,
    keyPart(facts),
    folderPart(facts),
    sshdPart(facts),
    webPart(edge, use, files, facts.hosts),
    TAIL,
  ].join('\n')
  const file = { name: SCRIPT, path: SCRIPT, mode: '0600', text }
  return { edge, use, files: [file], commands: [`sh ${SCRIPT}`] }
}

function checkScript({ account, publicKey, hosts, listens }: ScriptFacts): void {
  if (!ACCOUNT.test(account))
    refuse(`${JSON.stringify(account)} cannot be the name of an account that is made; take homebird`)
  if (account === 'root') refuse('the tunnel needs an account of its own, not root; take homebird')
  if (!KEY.test(publicKey)) refuse('the home has no key yet; choose the tunnel ssh, and it is made')
  if (hosts.length === 0)
    refuse('this home has no address yet; give it one with: homebird domain publish NAME')
  for (const host of hosts) checkHost(host)
  const folders = new Set<string>()
  for (const place of listens) {
    if (place.kind === 'tcp') continue
    if (!SOCKET.test(place.path))
      refuse(
        `${JSON.stringify(place.path)} is not a socket in a folder of its own below /run; take /run/homebird/home.sock`,
      )
    folders.add(posix.dirname(place.path))
  }
  if (folders.size > 1) refuse('all sockets of HOMEBIRD_TUNNEL_LISTEN have to lie in one folder')
}

function socketFolder({ listens }: ScriptFacts): string | null {
  const first = listens.find((place) => place.kind === 'socket')
  return first === undefined ? null : posix.dirname(first.path)
}

function headPart({ hosts, account }: ScriptFacts, web: WebServer): string {
  return `#!/bin/sh
# Prepares this server for the Homebird of ${hosts[0] ?? ''}. Read it, then run it as root:  sh ${SCRIPT}
# It can be run again, with the same outcome; where it cannot go on it says why, and what it has begun is whole.
set -eu
umask 022
LC_ALL=C
export LC_ALL

say() { printf 'homebird: %s\\n' "$1"; }
stop() {
  printf 'homebird: %s\\n' "$1" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || stop 'this has to be run as root: sudo sh ${SCRIPT}'
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
command -v sshd >/dev/null || stop 'there is no sshd here; install openssh-server first'

# Puts what it is given into a file: beside it first, then in one step in its place, and only where it differs.
# put PATH MODE
put() {
  mkdir -p "$(dirname "$1")"
  new=$(mktemp "$1.XXXXXX")
  trap 'rm -f "$new"' EXIT
  cat >"$new"
  chmod "$2" "$new"
  if [ -f "$1" ] && cmp -s "$new" "$1" && [ "$(stat -c %a "$1")" = "$(stat -c %a "$new")" ]; then
    rm -f "$new"
  else
    mv -f "$new" "$1"
    say "$1 is written"
  fi
  trap - EXIT
}

${groupPart(web)}account=${account}
`
}

const ACCOUNT_PART = `
# 1. An account of the system without a shell. Its password is *, which none fits; it is not locked, for sshd lets nobody in
#    whose account is. One that was there before is somebody else's.
shell=/usr/sbin/nologin
[ -x "$shell" ] || shell=/sbin/nologin
if found=$(getent passwd "$account"); then
  case "$found" in
    *':Homebird tunnel:'*) ;;
    *) stop "the account $account is there already and serves something else; name another one in HOMEBIRD_TUNNEL_SERVER" ;;
  esac
else
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell "$shell" \\
    --password '*' --comment 'Homebird tunnel' "$account"
  say "the account $account is made"
fi
`

function keyPart({ publicKey, hosts }: ScriptFacts): string {
  const [, key = ''] = KEY.exec(publicKey) ?? []
  const open = hosts.map((host) => `permitopen="${host}:443"`).join(',')
  return `
# 2. The home's own key, in a file that the account cannot change. restrict takes everything away; port-forwarding gives back
#    what carries connections, and permitopen narrows that to the home's own public name, by which it looks at itself.
put ${KEYS} 0644 <<'HOMEBIRD_END'
restrict,port-forwarding,${open} ${key} homebird
HOMEBIRD_END
`
}

/** A chroot, for sshd itself knows no list of sockets that may be made, and the rest of the disk has folders for everybody. */
function folderPart(facts: ScriptFacts): string {
  const folder = socketFolder(facts)
  const inside = folder === null ? null : `${ROOT}${folder}`
  const socket =
    folder === null || inside === null
      ? ''
      : `#    The socket's folder belongs to the account, and to the web server's group by the folder (setgid): both get to the socket,
#    nobody else does.
mkdir -p ${inside}
chown "$account:$group" ${inside}
chmod 2750 ${inside}
#    Where the web server looks for it is a link, which is made again at each start of the system.
if [ -e ${folder} ] && [ ! -L ${folder} ]; then
  rmdir ${folder} 2>/dev/null || stop '${folder} is there already, and something is in it; take another folder in HOMEBIRD_TUNNEL_LISTEN'
fi
ln -sfn ${inside} ${folder}
put /etc/tmpfiles.d/homebird.conf 0644 <<HOMEBIRD_END
# The way to the Homebird's socket, and whose the folder is.
d ${inside} 2750 $account $group -
L+ ${folder} - - - - ${inside}
HOMEBIRD_END
`
  return `
# 3. All of the disk that the account ever sees: a folder of root's, in which it can write in one place only.
mkdir -p ${ROOT}/etc
chown root:root ${ROOT} ${ROOT}/etc
chmod 0755 ${ROOT} ${ROOT}/etc
#    What the home's public name is looked up by, from here. No names of this machine's own: the home looks at itself as others
#    see it, and those would lead it to this machine by a way that nobody else goes.
for file in resolv.conf nsswitch.conf; do
  if [ -e "/etc/$file" ]; then put "${ROOT}/etc/$file" 0644 <"/etc/$file"; fi
done
put ${ROOT}/etc/hosts 0644 <<'HOMEBIRD_END'
127.0.0.1 localhost
::1 localhost
HOMEBIRD_END
${FRESH_PART}${socket}`
}

/** Whom to ask for names changes with the network and the provider; a copy would go stale. */
const FRESH_PART = `#    Where names are asked for changes: the copy follows.
if [ -d /run/systemd/system ]; then
  put /etc/systemd/system/homebird-names.service 0644 <<'HOMEBIRD_END'
[Unit]
Description=What the account of the Homebird looks up names by
[Service]
Type=oneshot
ExecStart=/bin/cp -f /etc/resolv.conf ${ROOT}/etc/resolv.conf
HOMEBIRD_END
  put /etc/systemd/system/homebird-names.path 0644 <<'HOMEBIRD_END'
[Unit]
Description=Looks whether names are asked for elsewhere
[Path]
PathChanged=/etc/resolv.conf
Unit=homebird-names.service
[Install]
WantedBy=multi-user.target
HOMEBIRD_END
  systemctl daemon-reload
  systemctl enable --quiet homebird-names.path
  systemctl restart homebird-names.path
else
  say 'systemd does not run here: where /etc/resolv.conf changes, run this again'
fi
`

/** What sshd lets the account do. */
function matchBlock({ account, hosts, listens }: ScriptFacts): string {
  const ports = listens.flatMap((place) => (place.kind === 'tcp' ? [hostAndPort(place)] : []))
  const hasSocket = listens.some(({ kind }) => kind === 'socket')
  return `# The Homebird of ${hosts[0] ?? ''}: what its account may do, and nothing else.
Match User ${account}
  AuthorizedKeysFile ${KEYS}
  AuthenticationMethods publickey
  # It sees nothing of the disk but this.
  ChrootDirectory ${ROOT}
  # yes, and then nothing may listen${ports.length === 0 ? '' : ' but this'}: with "local" the socket would be refused too.
  AllowTcpForwarding yes
  PermitListen ${ports.length === 0 ? 'none' : ports.join(' ')}
  PermitOpen ${hosts.map((host) => `${host}:443`).join(' ')}
  # The socket, for the home to listen on. One that a lost connection has left is taken away.
  AllowStreamLocalForwarding ${hasSocket ? 'remote' : 'no'}
  StreamLocalBindUnlink yes
  # For the account and the group of the folder, nobody else.
  StreamLocalBindMask 0117
  AllowAgentForwarding no
  X11Forwarding no
  PermitTunnel no
  PermitTTY no
  PermitUserRC no
  # Whatever it wants to run.
  ForceCommand /bin/false
  # A home that is gone is noticed after 45 seconds.
  ClientAliveInterval 15
  ClientAliveCountMax 3
Match all
`
}

/** sshd is silent about them when it looks at its configuration, and then lets nobody in. */
const LISTS_PART = `# Lists of accounts stand before everything else. The account's group has its name.
refused=
listed=$(sshd -T -C "user=$account,host=localhost,addr=127.0.0.1" | grep -E '^(allow|deny)(users|groups) ' || :)
names() {
  printf '%s\\n' "$listed" | {
    while read -r list pattern; do
      [ "$list" = "$1" ] || continue
      case "$account" in \${pattern%%@*}) exit 0 ;; esac
    done
    exit 1
  }
}
for list in allowusers allowgroups; do
  if printf '%s\\n' "$listed" | grep -q "^$list " && ! names "$list"; then refused="$refused $list"; fi
done
for list in denyusers denygroups; do
  if names "$list"; then refused="$refused $list"; fi
done
`

function sshdPart(facts: ScriptFacts): string {
  return `
# 4. What sshd lets it do. In a file of its own where sshd reads those, else at the end of sshd_config. sshd looks at the whole
#    before it counts; where it finds fault, everything is as it was.
config=/etc/ssh/sshd_config
block=$(cat <<'HOMEBIRD_END'
${matchBlock(facts).trimEnd()}
HOMEBIRD_END
)
if grep -Eiq '^[[:space:]]*Include[[:space:]]+"?/etc/ssh/sshd_config\\.d/\\*\\.conf' "$config"; then
  config=/etc/ssh/sshd_config.d/homebird.conf
  wanted=$block
else
  # Without what a former run has put there.
  rest=$(sed '/^# homebird begins$/,/^# homebird ends$/d' "$config")
  wanted=$(printf '%s\\n# homebird begins\\n%s\\n# homebird ends' "$rest" "$block")
fi
former=
if [ -f "$config" ]; then
  former=$(mktemp "$config.XXXXXX")
  cp -p "$config" "$former"
fi
restore() {
  if [ -n "$former" ]; then mv -f "$former" "$config"; else rm -f "$config"; fi
}
# Also where this is broken off in between.
trap 'restore; exit 1' INT TERM HUP
printf '%s\\n' "$wanted" | put "$config" "$([ -z "$former" ] && echo 0644 || stat -c %a "$former")"
mkdir -p /run/sshd
if ! sshd -t; then
  restore
  stop 'sshd finds fault with its configuration (see above); nothing of it was changed'
fi
if ! sshd -T -C "user=$account,host=localhost,addr=127.0.0.1" | grep -qi '^forcecommand /bin/false$'; then
  restore
  stop 'something else in the configuration of sshd comes before what is wanted; nothing of it was changed'
fi
trap - INT TERM HUP
[ -z "$former" ] || rm -f "$former"
${LISTS_PART}if [ -d /run/systemd/system ]; then
  for unit in ssh sshd; do
    if systemctl cat "$unit.service" >/dev/null 2>&1; then
      systemctl try-reload-or-restart "$unit.service"
      break
    fi
  done
else
  say 'systemd does not run here: have sshd read its configuration again'
fi
`
}

const TAIL = `
if command -v getenforce >/dev/null && [ "$(getenforce)" = Enforcing ]; then
  say 'SELinux is on. Where it keeps the web server from the socket: HOMEBIRD_TUNNEL_LISTEN=127.0.0.1:4182 at home, this script
  once more with that, and setsebool -P httpd_can_network_connect 1'
fi

# 6. What the home asks you to compare.
outcome=done
if [ -n "$refused" ]; then
  outcome='not reachable yet'
  say "sshd does not let $account in, by its lists:$refused. Let $account through there (each list is a line of sshd_config), then run this again"
fi
for key in /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_rsa_key.pub; do
  if [ -f "$key" ]; then
    say "$outcome. Compare this with the fingerprint that Homebird shows: $(ssh-keygen -lf "$key")"
    break
  fi
done
`
