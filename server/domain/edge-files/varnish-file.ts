/** Varnish in front of the home: keeps what anybody may have and forgets when it is told. Caddy before it ends TLS. */
import type { EdgeFile } from '../../contracts/edge-files.ts'
import { caddyText } from './caddy-file.ts'
import type { EdgeFacts } from './edge-facts.ts'
import { exactly } from './exact-pattern.ts'

const LISTENS = '127.0.0.1:6081'

export function varnishFiles(facts: EdgeFacts): EdgeFile[] {
  return [
    { name: 'homebird.vcl', path: '/etc/varnish/homebird.vcl', mode: '0640', text: varnishText(facts) },
    {
      name: 'homebird.conf',
      path: '/etc/systemd/system/varnish.service.d/homebird.conf',
      mode: '0644',
      text: SERVICE,
    },
    {
      name: 'homebird.caddy',
      path: '/etc/caddy/homebird.caddy',
      mode: '0644',
      // Varnish takes X-Forwarded-For from it, and says to the home what the home believes.
      text: caddyText(
        { ...facts, client: { kind: 'header', name: 'x-forwarded-for' } },
        { place: LISTENS, isCache: true },
      ),
    },
  ]
}

const SERVICE = `# Varnish for the home: reached from this machine only, 256 MB of memory, and no command line of its own. It stays in the
# foreground (-F), where systemd looks after it.
[Service]
Type=simple
ExecStart=
ExecStart=/usr/sbin/varnishd -j unix,user=vcache -F -a ${LISTENS} -f /etc/varnish/homebird.vcl -s malloc,256m -T none -p feature=+http2
`

function varnishText(facts: EdgeFacts): string {
  return `${backendPart(facts)}
${askedPart(facts)}
${REST}`
}

function backendPart(facts: EdgeFacts): string {
  const [first = ''] = facts.hosts
  return `# Varnish in front of the Homebird of ${first}: /etc/varnish/homebird.vcl. Needs the package varnish-modules.
${toldPart(facts)}vcl 4.1;

import std;
import xkey;

# The home, as it is found from here. It is looked at every five seconds, so that the old is shown while it is away.
backend home {
${placeLines(facts)}
  .host_header = "${first}";
  .connect_timeout = 5s;
  .first_byte_timeout = 90s;
  .probe = {
    .request = "GET /livez HTTP/1.1" "Host: ${first}" "Connection: close";
    .interval = 5s;
    .timeout = 3s;
    .window = 3;
    .threshold = 1;
    .initial = 1;
  }
}

# What ends TLS before this, on this machine; 0.0.0.0 is what a socket counts as. Its word about visitors is taken.
acl front {
  "127.0.0.1";
  "::1";
  "0.0.0.0";
}
`
}

/** Over ssh the home is on another machine, and its own name is the only way to what listens on this one. */
function toldPart({ use, hosts }: EdgeFacts): string {
  if (use !== 'ssh')
    return `# The home tells it what has changed: HOMEBIRD_CDN_PURGE_URL=http://${LISTENS} there if that is this machine, else
# https://${hosts[0] ?? ''} and a HOMEBIRD_CDN_PURGE_TOKEN.
`
  return `# The home tells it what has changed by its public name: HOMEBIRD_CDN_PURGE_URL=https://${hosts[0] ?? ''} there, and a
# HOMEBIRD_CDN_PURGE_TOKEN, for from outside only who knows that has anything forgotten.
`
}

function askedPart(facts: EdgeFacts): string {
  return `sub vcl_recv {
  if (req.method == "PURGE" || req.method == "BAN") {
${purgeGuard(facts)}
    if (req.http.xkey) {
      set req.http.X-Homebird-Gone = xkey.purge(req.http.xkey);
      return (synth(200, "Forgotten"));
    }
    if (req.method == "BAN") {
      ban("obj.http.X-Homebird-Url == " + req.http.host + req.url);
      return (synth(200, "Forgotten"));
    }
    return (purge);
  }
  # Nothing of a stranger's arrives that the home believes of a cache.
  unset req.http.X-Homebird-Purge;
  unset req.http.X-Homebird-Refresh;
  # Who the visitor is. Varnish has written its own peer at the end: before that stands what ended TLS has said.
  if (client.ip ~ front && req.http.X-Forwarded-For ~ ",") {
    set req.http.X-Forwarded-For = regsub(req.http.X-Forwarded-For, "^(?:.*,)?[ ]*([^, ]+)[ ]*,[^,]*$", "\\1");
  } else {
    set req.http.X-Forwarded-For = client.ip;
  }
${ownHeader(facts)}  # Streams, as WebSocket and as events: handed on as they come, for as long as they last.
  if (req.url ~ "^/api/v1/streaming") {
    return (pipe);
  }
  unset req.http.Upgrade;
  # While the home is there the old is shown for a minute at most, while it is away for a week.
  if (std.healthy(req.backend_hint)) {
    set req.grace = 60s;
  }
  # What is not for anybody is not looked for here.
  if (req.url !~ "^/(ap|media|proxy)/" || (req.method != "GET" && req.method != "HEAD")) {
    return (pass);
  }
  # Whoever asks gets the same there.
  unset req.http.Cookie;
  unset req.http.Authorization;
  return (hash);
}
`
}

const REST = `sub vcl_pipe {
  # After one request the connection ends: what came behind it would have been looked at by nobody.
  if (req.http.Upgrade ~ "(?i)^websocket$") {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = "Upgrade";
  } else {
    unset bereq.http.Upgrade;
    set bereq.http.Connection = "close";
  }
}

sub vcl_backend_fetch {
  # Uploads over a slow line take their time; the home ends those that stand still.
  if (bereq.url ~ "^/api/v[12]/(media|accounts/update_credentials)$") {
    set bereq.first_byte_timeout = 3600s;
  }
}

sub vcl_backend_response {
  # By this a ban finds it; visitors do not see it.
  set beresp.http.X-Homebird-Url = bereq.http.host + bereq.url;
  # Errors of the home are not kept, and do not take the place of what is.
  if (beresp.status >= 500 && bereq.is_bgfetch) {
    return (abandon);
  }
  if (beresp.http.Cache-Control ~ "stale-if-error") {
    set beresp.grace = 7d;
  }
  # Kept compressed, and as it was for whoever cannot read that.
  if (beresp.http.Content-Type ~ "json") {
    set beresp.do_gzip = true;
  }
}

# While the home is away: 503 and a time, upon which others try again for days.
sub vcl_backend_error {
  set beresp.status = 503;
  set beresp.http.Retry-After = "60";
  set beresp.http.Cache-Control = "no-store";
  set beresp.http.Content-Type = "text/plain; charset=utf-8";
  set beresp.body = "The home is away for a moment.";
  return (deliver);
}

sub vcl_deliver {
  unset resp.http.xkey;
  unset resp.http.X-Homebird-Url;
}
`

function placeLines({ home }: EdgeFacts): string {
  return home.kind === 'socket'
    ? `  .path = "${home.path}";`
    : `  .host = "${home.host}";\n  .port = "${home.port}";`
}

/** Without a secret only this machine may have things forgotten, and not by way of what ends TLS. */
function purgeGuard({ purgeSecret }: EdgeFacts): string {
  const stranger =
    purgeSecret === null
      ? 'client.ip !~ front || req.http.X-Forwarded-For ~ ","'
      : `req.http.X-Homebird-Purge !~ "${exactly(purgeSecret)}"`
  const who =
    purgeSecret === null ? 'Only who calls from this machine.' : 'Only who knows HOMEBIRD_CDN_PURGE_TOKEN.'
  return `    # ${who}
    if (${stranger}) {
      return (synth(403, "Forbidden"));
    }`
}

function ownHeader({ client }: EdgeFacts): string {
  if (client.kind !== 'header' || client.name === 'x-forwarded-for') return ''
  return `  set req.http.${client.name} = req.http.X-Forwarded-For;\n`
}
