/** nginx in front of the home: ends TLS, keeps what anybody may have, stands in for the home while it is away. */
import type { EdgeFile } from '../../contracts/edge-files.ts'
import { type EdgeFacts, hostAndPort } from './edge-facts.ts'
import { exactly } from './exact-pattern.ts'

const CACHE_FOLDER = '/var/cache/homebird-nginx'
/** Longer names need more room than nginx gives by itself. */
const USUAL_NAME = 40

export function nginxFiles(facts: EdgeFacts): EdgeFile[] {
  const path = '/etc/nginx/conf.d/homebird.conf'
  return [
    {
      name: 'homebird.conf',
      path,
      mode: facts.purgeSecret === null ? '0644' : '0600',
      text: nginxText(facts),
    },
  ]
}

function nginxText(facts: EdgeFacts): string {
  return `${headPart(facts)}${refreshMap(facts)}
${openServer(facts)}
server {
${doorPart(facts)}
${AWAY_PART}
${passedPlaces(facts)}
${keptPlace(facts)}}
`
}

function headPart(facts: EdgeFacts): string {
  const home = facts.home.kind === 'socket' ? `unix:${facts.home.path}` : hostAndPort(facts.home)
  return `# nginx in front of the Homebird of ${facts.hosts[0] ?? ''}. Belongs into the http block; /etc/nginx/conf.d/ is read there.
${roomForNames(facts)}
# Answers that anybody may have: 10 MB of names for 1 GB of files, each gone after a week in which nobody asked for it.
proxy_cache_path ${CACHE_FOLDER} levels=1:2 keys_zone=homebird:10m max_size=1g inactive=7d use_temp_path=off;

# Where the home is found from here. Connections to it stay open, which halves the time of an answer.
upstream homebird {
  server ${home};
  keepalive 32;
  # The home closes what has been idle for longer than this.
  keepalive_timeout 60s;
}
`
}

function openServer({ hosts }: EdgeFacts): string {
  return `# What comes unencrypted is sent to the other door, but for the proof that the certificate is asked by.
server {
  listen 80;
  listen [::]:80;
  server_name ${hosts.join(' ')};
  location /.well-known/acme-challenge/ {
    root /var/www/html;
  }
  location / {
    return 308 https://$host$request_uri;
  }
}
`
}

function doorPart(facts: EdgeFacts): string {
  const [first = ''] = facts.hosts
  return `  # HTTP/2 for those who can. On IPv4 and on IPv6.
  listen 443 ssl http2;
  listen [::]:443 ssl http2;
  server_name ${facts.hosts.join(' ')};

  # As certbot puts them there: certbot certonly --nginx ${facts.hosts.map((host) => `-d ${host}`).join(' ')}
  ssl_certificate /etc/letsencrypt/live/${first}/fullchain.pem;
  ssl_certificate_key /etc/letsencrypt/live/${first}/privkey.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:homebird_tls:2m;
  ssl_session_timeout 1d;

  # The home's own limit for uploads is a little smaller, and it says so in words.
  client_max_body_size ${facts.mostBodyMb}m;
  client_header_timeout 15s;
  # Between two pieces of what is sent, not for the whole of it.
  client_body_timeout 60s;
  send_timeout 60s;
`
}

const AWAY_PART = `  # While the home is away: 503 and a time, upon which others try again for days. On 502 some give up.
  error_page 502 504 = @away;
  location @away {
    internal;
    add_header Retry-After 60 always;
    add_header Cache-Control no-store always;
    default_type text/plain;
    return 503 "The home is away for a moment.\\n";
  }
`

function passedPlaces(facts: EdgeFacts): string {
  return `  # Everything that has no place of its own below: pages, inboxes, apps. Nothing of it is kept here.
  location / {
${handedOn(facts)}
    # What is sent goes on at once, and the answer as it comes.
    proxy_request_buffering off;
    proxy_read_timeout 90s;
  }

  # Uploads: over a slow line they take their time. The home ends those that stand still.
  location ~ ^/api/v[12]/(media|accounts/update_credentials)$ {
${handedOn(facts)}
    proxy_request_buffering off;
    client_body_timeout 300s;
    proxy_send_timeout 300s;
    proxy_read_timeout 3600s;
  }

  # Streams, as WebSocket and as events: never buffered, and open for as long as the home says something every minute.
  location ^~ /api/v1/streaming {
${handedOn(facts, ['Upgrade $http_upgrade', 'Connection $homebird_connection'])}
    proxy_buffering off;
    proxy_read_timeout 3600s;
    proxy_send_timeout 3600s;
  }
`
}

function keptPlace(facts: EdgeFacts): string {
  return `  # What anybody may have: kept for as long as the home says in Cache-Control, and for nobody else.
  location ~ ^/(ap|media|proxy)/ {
${handedOn(facts, [`Accept-Encoding ""`], '$homebird_refresh')}
    proxy_read_timeout 90s;
    proxy_cache homebird;
    # By the name and the address as they were asked for.
    proxy_cache_key $http_host$request_uri;
    proxy_cache_methods GET HEAD;
    # However many ask at once, the home is asked once.
    proxy_cache_lock on;
    proxy_cache_lock_timeout 10s;
    # The old is shown while the new is fetched, and while the home is away.
    proxy_cache_background_update on;
    proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
    # The home is asked whether it is still the same, and need not send it again.
    proxy_cache_revalidate on;
    # Whoever knows the secret has it replaced.
    proxy_cache_bypass $homebird_refresh;
    # One form of each is kept, and compressed on its way out.
    gzip on;
    gzip_proxied any;
    gzip_vary on;
    gzip_types application/activity+json application/ld+json application/json;
  }
`
}

function roomForNames({ hosts }: EdgeFacts): string {
  if (hosts.every((host) => host.length <= USUAL_NAME)) return ''
  return `
# Room for a long name. If nginx says that it is there already, take this line away and make the other one as large.
server_names_hash_bucket_size 512;
`
}

/** The secret stands in a regular expression, each sign that is no letter or digit by its number: no table has to hold it. */
function refreshMap({ purgeSecret }: EdgeFacts): string {
  const known =
    purgeSecret === null
      ? `  # Nobody: HOMEBIRD_CDN is not nginx, so the home tells of no change, and what is kept is a minute old at most.`
      : `  "~${exactly(purgeSecret)}" 1;`
  return `
# Who may have replaced what is kept: the home, by HOMEBIRD_CDN_PURGE_TOKEN.
map $http_x_homebird_purge $homebird_refresh {
  default "";
${known}
}

# A request that wants to become a WebSocket is handed on as such; of all others the connection stays open.
map $http_upgrade $homebird_connection {
  default upgrade;
  "" "";
}
`
}

/**
 * How every place hands on: nginx forgets all of these lines in a place that has one of its own, so each has all of them.
 * Without a path behind the name, the path and the query arrive as they were sent, and signatures hold.
 */
function handedOn(facts: EdgeFacts, more: readonly string[] = [`Connection ""`], refresh = '""'): string {
  const own =
    facts.client.kind === 'header' && facts.client.name !== 'x-forwarded-for' ? facts.client.name : null
  const connection = more.some((line) => line.startsWith('Connection ')) ? [] : [`Connection ""`]
  const headers = [
    'Host $http_host',
    'X-Forwarded-For $remote_addr',
    ...(own === null ? [] : [`${own} $remote_addr`]),
    'X-Forwarded-Proto $scheme',
    'X-Homebird-Purge ""',
    `X-Homebird-Refresh ${refresh}`,
    ...connection,
    ...more,
  ]
  return [
    'proxy_pass http://homebird;',
    'proxy_http_version 1.1;',
    'proxy_connect_timeout 5s;',
    ...headers.map((line) => `proxy_set_header ${line};`),
  ]
    .map((line) => `    ${line}`)
    .join('\n')
}
