/** What is to be set on the pages of a CDN, step by step, and why. Each ends in the check that proves it. */
import type { EdgeFile } from '../../contracts/edge-files.ts'
import type { EdgeFacts } from './edge-facts.ts'

type Sheet = 'cloudflare' | 'bunny' | 'fastly'

export function cdnSheet(cdn: Sheet, facts: EdgeFacts): EdgeFile[] {
  const text = `${SHEETS[cdn](facts)}\n## Now press Check\n\nOn the page Doctor, or with \`homebird doctor\`. It looks from outside whether all of this holds.\n`
  return [{ name: `${cdn}.md`, path: '', mode: '0644', text }]
}

const SHEETS: Readonly<Record<Sheet, (facts: EdgeFacts) => string>> = {
  cloudflare: cloudflareSheet,
  bunny: bunnySheet,
  fastly: fastlySheet,
}

const KEPT = ['/ap/', '/media/', '/proxy/'] as const

const hostList = ({ hosts }: EdgeFacts): string => hosts.map((host) => `\`${host}\``).join(', ')
const original = ({ use }: EdgeFacts): string =>
  use === 'manual' ? 'the web server in front of the home' : 'the server that the home calls'

function cloudflareSheet(facts: EdgeFacts): string {
  const isHost = facts.hosts.map((host) => `"${host}"`).join(' ')
  const isKept = KEPT.map((path) => `starts_with(http.request.uri.path, "${path}")`).join(' or ')
  return `# Cloudflare in front of ${facts.hosts[0] ?? ''}

1. **DNS**: a record for ${hostList(facts)} that leads to ${original(facts)}, with the orange cloud.
2. **SSL/TLS**: *Full (strict)*. Everything else lets others listen between Cloudflare and your server.
3. **Caching, Cache Rules**, two of them, in this order:
   - *Keep nothing*: \`http.host in {${isHost}}\`, then **Bypass cache**. It holds for all that the second does not name.
   - *Keep what anybody may have*: \`http.host in {${isHost}} and (${isKept})\`, then **Eligible for cache**, Edge TTL **Use
     cache-control header if present, bypass cache if not**, Browser TTL **Respect origin**. The later rule wins.
4. No setting *Vary* with *normalize* on \`Accept\`: it rewrites what was asked, and signatures of many servers do not hold then.
5. **Security, Bots**: *Bot Fight Mode* **off**, *Block AI Bots* **off**. No rule can let other servers past the first, and to
   both every other server of the fediverse is a bot.
6. **Security, Settings**: *Browser Integrity Check* off for these names, by a Configuration Rule; *Under Attack Mode* off.
7. **Speed, Optimization**: *Rocket Loader* **off**. **Scrape Shield**: *Email Address Obfuscation* **off**. Both rewrite pages.
8. **Network**: *WebSockets* on.
9. Uploads: Cloudflare takes bodies up to 100 MB on its free plan; yours may have ${facts.mostBodyMb} MB.
10. Who a visitor is, Cloudflare says in \`CF-Connecting-IP\`. Your web server has to believe that of Cloudflare's addresses
    (<https://www.cloudflare.com/ips/>) only: nginx by \`real_ip_header CF-Connecting-IP;\` and one \`set_real_ip_from …;\` for each.
11. So that edits are seen at once: an API token with *Zone, Cache Purge*, and at home
    \`homebird config set cdn cloudflare\`, \`homebird config set cdnZone ZONE-ID\`, and the token as HOMEBIRD_CDN_PURGE_TOKEN in
    the environment of the home.
`
}

function bunnySheet(facts: EdgeFacts): string {
  return `# Bunny in front of ${facts.hosts[0] ?? ''}

1. **Add Pull Zone**: origin is ${original(facts)}, by HTTPS. **Forward Host Header** on; otherwise no signature holds.
2. **Hostnames**: ${hostList(facts)}, each with its certificate and *Force SSL*. A record for each leads to the pull zone.
3. **Caching, General**: *Cache expiration time* **Respect origin Cache-Control**; *Browser cache* the same. Never an override: it
   keeps what only you may read.
4. **Vary Cache**: **URL query string** on. Without it every handle gets the answer of the first. *Query String Sort* **off**: it rewrites
   what was asked, and signatures do not hold then.
5. *Strip Response Cookies* off, *Smart Cache* **off**: it goes by the ends of names and not by what the home says.
6. **Edge Rules**, one: *Bypass Perma-Cache* and *Override Cache Time 0* for all addresses but ${KEPT.map((path) => `\`*${path}*\``).join(', ')}.
7. *Stale Cache: While Origin Offline* on: what is kept is shown while the home is away.
8. **Security**: *Bunny Shield* challenges off for these names, *Block POST Requests* **off**: other servers are no browsers and send.
9. **WebSockets** on. *Origin Shield* off or one place only. *Optimizer* off: it rewrites pages and pictures.
10. So that edits are seen at once, at home: \`homebird config set cdn bunny\`, \`homebird config set cdnZone PULL-ZONE-ID\`, and the API
    key as HOMEBIRD_CDN_PURGE_TOKEN in the environment of the home.
`
}

function fastlySheet(facts: EdgeFacts): string {
  const names = facts.hosts.map((host) => `\`${host}\``).join(', ')
  return `# Fastly in front of ${facts.hosts[0] ?? ''}

1. **Domains**: ${names}, each with a certificate. A record for each leads to Fastly.
2. **Origins**: ${original(facts)}, by TLS, its certificate and *SNI hostname* checked as \`${facts.hosts[0] ?? ''}\`. *Override host* **empty**: the name
   arrives as it was asked for; otherwise no signature holds.
3. **Settings**: *Fallback TTL* **0**, *Serve stale* on. *Force TLS and HSTS* on.
4. **VCL snippet**, type *recv*, so that nothing is kept but what anybody may have:

       if (req.url.path !~ "^/(ap|media|proxy)/") { return(pass); }

   For WebSockets (product *WebSockets*), the same type, above it:

       if (req.url.path ~ "^/api/v1/streaming" && req.http.Upgrade) { return(upgrade); }

5. **VCL snippet**, type *fetch*: what says no-store or private is not kept, and errors of the home do not replace what is kept.

       if (beresp.http.Cache-Control ~ "(?i)no-store|private") { return(pass); }
       if (beresp.status >= 500 && stale.exists) { return(deliver_stale); }

6. **VCL snippet**, type *miss* and type *pass*: who the visitor is, whatever he says himself. No *Shielding* then.

       set bereq.http.X-Forwarded-For = client.ip;

7. No *Normalize* of \`Accept\` and no *query string sort*: both rewrite what was asked, and signatures do not hold then.
8. *Next-Gen WAF*, bot challenges and image optimizer off for these names: other servers are no browsers.
9. Uploads: bodies above the limit of your service are refused; yours may have ${facts.mostBodyMb} MB.
10. So that edits are seen at once, at home: \`homebird config set cdn fastly\`, \`homebird config set cdnZone SERVICE-ID\`, and a token with
    *purge_select* and *purge_all* as HOMEBIRD_CDN_PURGE_TOKEN in the environment of the home.
`
}
