/** What to change in an edge that does not pass requests and answers on as they come; see `edge-lines`. */
import type { OutsideCode } from '../../../contracts/doctor.ts'

type Lines = Readonly<Record<string, string>>

const CADDY_PLAIN = 'reverse_proxy …  # with no uri, rewrite or handle_path around it'
const CADDY_HEADERS = '# take away header_up and request_header lines around\nreverse_proxy …'
const CLOUDFLARE_RULES = 'Rules, Transform Rules: none that rewrites requests for {host}'
const HAPROXY_HEADERS =
  '# take away http-request del-header, set-header and replace-header for\nhdr(host) -i {host}'
const NO_STORE_NGINX =
  '# take away proxy_ignore_headers, and proxy_cache_valid without need\nproxy_cache_bypass $http_authorization $http_cookie;\nproxy_no_cache $http_authorization $http_cookie;'
const NO_STORE_VARNISH =
  '# take away what sets beresp.ttl, and:\nif (beresp.http.Cache-Control ~ "no-store|private") {\n  set beresp.uncacheable = true;\n}'
const NO_STORE_CLOUDFLARE =
  'Cache Rules: for /ap/, /media/ and /proxy/ "Use cache-control header if present, bypass cache if not"; for all else of {host} "Bypass cache"'
const NO_STORE_BUNNY =
  'Caching: Cache Expiration Time "Respect Origin Cache-Control"; no override for browsers'
const NO_STORE_FASTLY = 'VCL: no beresp.ttl of its own where Cache-Control says private or no-store'

export const PASSING_LINES: Readonly<Partial<Record<OutsideCode, Lines>>> = {
  HOST_REWRITTEN: {
    nginx: 'proxy_set_header Host $host;  # in each location that has a proxy_set_header',
    apache: 'ProxyPreserveHost On',
    caddy: '# take away header_up Host … in\nreverse_proxy …',
    haproxy: '# take away http-request set-header Host for\nhdr(host) -i {host}',
    varnish: '# take away set req.http.host, or:\nset bereq.http.host = "{host}";',
    cloudflare: 'Rules, Origin Rules: no Host header override for {host}',
    bunny: 'Pull zone: Forward Host Header on',
    fastly: 'Hosts: Override host empty, or {host}',
  },
  PROTO_MISSING: {
    nginx: 'proxy_set_header X-Forwarded-Proto https;',
    apache: 'RequestHeader set X-Forwarded-Proto "https"',
    caddy: '# take away header_up X-Forwarded-Proto; Caddy says https by itself',
    haproxy: 'http-request set-header X-Forwarded-Proto https',
    varnish: 'set req.http.X-Forwarded-Proto = "https";',
    cloudflare: 'SSL/TLS: Full (strict)',
  },
  PATH_REWRITTEN: {
    nginx: 'merge_slashes off;\nproxy_pass http://homebird;  # nothing behind the name, not even a slash',
    apache: 'AllowEncodedSlashes NoDecode\nMergeSlashes Off\nProxyPass / http://… nocanon',
    caddy: CADDY_PLAIN,
    haproxy: '# take away http-request normalize-uri, set-path and replace-path',
    varnish: '# take away what sets req.url, such as std.querysort and regsub',
    cloudflare: `Rules, URL normalization: to origin off\n${CLOUDFLARE_RULES}`,
  },
  QUERY_DROPPED: {
    nginx: 'proxy_pass http://homebird;  # nothing behind the name, and no rewrite that ends in ?',
    caddy: CADDY_PLAIN,
    varnish: '# take away regsub(req.url, "\\?.*", "")',
    haproxy: '# take away http-request set-query',
    cloudflare: CLOUDFLARE_RULES,
    bunny: 'Caching: Vary cache by URL query string on',
  },
  QUERY_REORDERED: {
    varnish: '# take away std.querysort(req.url)',
    haproxy: '# take away http-request normalize-uri query-sort-by-name',
    cloudflare: 'Cache Rules: Sort query string off for {host}',
    bunny: 'Caching: Sort query string off',
    fastly: 'VCL: no querystring.sort(req.url)',
  },
  HEADERS_STRIPPED: {
    nginx:
      '# take away proxy_set_header … "" for what is missing, and:\nunderscores_in_headers on;\nproxy_pass_request_headers on;',
    apache: '# take away RequestHeader unset in the block of {host}',
    caddy: CADDY_HEADERS,
    haproxy: HAPROXY_HEADERS,
    varnish: '# take away unset req.http.… and unset bereq.http.… for what is missing',
    cloudflare: CLOUDFLARE_RULES,
  },
  DATE_REWRITTEN: {
    nginx: '# take away proxy_set_header Date …',
    caddy: CADDY_HEADERS,
    haproxy: HAPROXY_HEADERS,
    varnish: '# take away set bereq.http.Date',
  },
  BODY_REWRITTEN: {
    nginx: '# take away sub_filter, addition and other filters in the block of {host}',
    cloudflare:
      'Speed: Rocket Loader, Email Address Obfuscation and Auto Minify off for {host}; Security: no body rewriting',
    bunny: 'Optimizer: off for {host}',
  },
  CONTENT_TYPE_REWRITTEN: {
    nginx: '# take away proxy_set_header Content-Type …',
    caddy: CADDY_HEADERS,
    haproxy: HAPROXY_HEADERS,
    cloudflare: CLOUDFLARE_RULES,
  },
  ACCEPT_REWRITTEN: {
    nginx: '# take away proxy_set_header Accept …',
    caddy: CADDY_HEADERS,
    haproxy: HAPROXY_HEADERS,
    varnish: '# take away set req.http.Accept',
    cloudflare: 'Cache Rules: no Vary with normalize on Accept for {host}',
    fastly: 'VCL: no accept.media_lookup into req.http.Accept',
  },
  SIGNATURE_BROKEN: {
    cloudflare: CLOUDFLARE_RULES,
    nginx: '# take away proxy_set_header Signature …, limit_except and what else refuses POST',
  },
  CACHE_IGNORES_VARY: {
    nginx: '# take away Vary from proxy_ignore_headers',
    varnish: '# take away unset beresp.http.Vary',
  },
  CACHE_IGNORES_QUERY: {
    nginx: 'proxy_cache_key $host$request_uri;',
    varnish: 'hash_data(req.url);',
    bunny: 'Caching: Vary cache by URL query string on',
    cloudflare: 'Caching: level Standard, not "Ignore query string"',
  },
  CACHE_IGNORES_NO_STORE: {
    nginx: NO_STORE_NGINX,
    varnish: NO_STORE_VARNISH,
    cloudflare: NO_STORE_CLOUDFLARE,
    bunny: NO_STORE_BUNNY,
    fastly: NO_STORE_FASTLY,
  },
  CACHE_LEAKS_PRIVATE: {
    nginx: NO_STORE_NGINX,
    varnish: NO_STORE_VARNISH,
    cloudflare: NO_STORE_CLOUDFLARE,
    bunny: NO_STORE_BUNNY,
    fastly: NO_STORE_FASTLY,
  },
  ETAG_DROPPED: {
    nginx: 'etag on;  # and no proxy_hide_header ETag',
    varnish: '# take away unset beresp.http.ETag and resp.http.ETag',
    cloudflare: 'Caching: Respect Strong ETags, or nothing that changes the body',
  },
  BODY_LIMIT: {
    nginx: 'client_max_body_size 100m;',
    apache: 'LimitRequestBody 104857600',
    caddy: '# take away request_body { max_size … }',
    haproxy: '# take away what denies by req.body_size or content-length',
    cloudflare: 'Free and Pro let through 100 MB: nothing more is to be had without another plan',
  },
  NO_WEBSOCKET: {
    nginx:
      'proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $homebird_connection;  # map $http_upgrade: default upgrade, "" ""',
    apache: 'ProxyPass / http://… upgrade=websocket',
    varnish: 'if (req.http.Upgrade ~ "(?i)websocket") {\n  return (pipe);\n}',
    cloudflare: 'Network: WebSockets on',
    bunny: 'Pull zone: WebSockets on',
    fastly: 'WebSockets: on, for {host}',
  },
  STREAM_BUFFERED: {
    nginx: 'proxy_buffering off;  # or no X-Accel-Buffering in proxy_ignore_headers',
    caddy: 'reverse_proxy … {\n  flush_interval -1\n}',
    varnish: 'set beresp.do_stream = true;',
    haproxy: '# take away option http-buffer-request and compression for text/event-stream',
  },
  IDLE_CUT: {
    nginx: 'proxy_read_timeout 90s;\nproxy_send_timeout 90s;',
    apache: 'ProxyTimeout 90',
    caddy: '# take away read_timeout and stream_timeout in\nreverse_proxy …',
    haproxy: 'timeout tunnel 1h',
    varnish: 'varnishd -p pipe_timeout=90',
  },
  CLIENT_IP_SPOOFABLE: {
    nginx: 'proxy_set_header X-Forwarded-For $remote_addr;',
    apache: 'RequestHeader unset X-Forwarded-For early  # mod_proxy adds the true one',
    caddy: '# take away trusted_proxies and header_up X-Forwarded-For; Caddy sets the true one by itself',
    haproxy: 'http-request del-header X-Forwarded-For\noption forwardfor',
    varnish: '# the last value is the true one: name X-Forwarded-For in the settings of Homebird',
    cloudflare: 'name CF-Connecting-IP in the settings of Homebird, and let in nobody but Cloudflare',
  },
  CLIENT_IP_ALL_SAME: {
    nginx: 'proxy_set_header X-Forwarded-For $remote_addr;',
    caddy: '# behind another proxy: servers { trusted_proxies static … }',
    haproxy: 'option forwardfor',
    varnish: '# in front of Varnish: PROXY, and -a …,PROXY; it adds X-Forwarded-For by itself',
    cloudflare: 'name CF-Connecting-IP in the settings of Homebird',
  },
}
