/** nginx that hands on TLS itself: it reads the name that is asked for, and nothing else. */
import type { EdgeFile } from '../../contracts/edge-files.ts'
import { type EdgeFacts, hostAndPort } from './edge-facts.ts'

export function nginxPassthroughFiles(facts: EdgeFacts): EdgeFile[] {
  return [
    {
      name: 'homebird-stream.conf',
      path: '/etc/nginx/homebird-stream.conf',
      mode: '0644',
      text: streamText(facts),
    },
    {
      name: 'homebird.conf',
      path: '/etc/nginx/conf.d/homebird.conf',
      mode: '0644',
      text: redirectText(facts),
    },
  ]
}

function streamText(facts: EdgeFacts): string {
  const home = facts.home.kind === 'socket' ? `unix:${facts.home.path}` : hostAndPort(facts.home)
  const longest = Math.max(...facts.hosts.map((host) => host.length))
  return `# nginx hands on the TLS of the Homebird of ${facts.hosts[0] ?? ''}. Stands outside of the http block: the last line of
# /etc/nginx/nginx.conf reads it. Nothing in the http block may listen on port 443 then. Needs the module stream, which has a
# package of its own: libnginx-mod-stream in Debian, nginx-mod-stream in Fedora.
stream {
  upstream homebird {
    server ${home};
  }

  # The name is said unencrypted at the beginning; it is all that is looked at. Other names lead nowhere and are closed.
  map_hash_bucket_size ${longest > 40 ? 512 : 64};
  map $ssl_preread_server_name $homebird_home {
    default "";
${facts.hosts.map((host) => `    ${host} homebird;`).join('\n')}
  }

  server {
    listen 443;
    listen [::]:443;
    ssl_preread on;
    preread_timeout 5s;
    # Who the visitor is, before the first byte of each connection.
    proxy_protocol on;
    proxy_connect_timeout 5s;
    # The home keeps alive what should stay open.
    proxy_timeout 1h;
    proxy_pass $homebird_home;
  }
}
`
}

function redirectText({ hosts }: EdgeFacts): string {
  return `# What comes unencrypted to the Homebird of ${hosts[0] ?? ''} is sent to the other door.
server {
  listen 80;
  listen [::]:80;
  server_name ${hosts.join(' ')};
  return 308 https://$host$request_uri;
}
`
}
