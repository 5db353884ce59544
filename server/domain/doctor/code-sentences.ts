/** What the doctor says in English, for those who have no window: of each code one sentence and one act. */
import type { OutsideCode } from '../../contracts/doctor.ts'

export interface Said {
  readonly sentence: string
  readonly act: string
}

const said = (sentence: string, act: string): Said => ({ sentence, act })

export const CODE_SENTENCES: Readonly<Record<OutsideCode, Said>> = {
  NO_ADDRESS: said(
    'The name of your home has no address, so nobody finds it.',
    'Set an A or AAAA record for it where your domain is managed.',
  ),
  PRIVATE_ADDRESS: said(
    'The name of your home points to an address that only your own network knows.',
    'Set its A or AAAA record to a public address, that of your tunnel or edge.',
  ),
  IPV6_DEAD: said(
    'The name has an IPv6 address at which your home does not answer; servers that prefer IPv6 cannot reach you.',
    'Take the AAAA record away, or have the edge listen on IPv6 too.',
  ),
  PORT_CLOSED: said(
    'Nobody answers at the address of your home on the port for https.',
    'Open TCP port 443 there, in the firewall and at whatever answers for your home.',
  ),
  HAIRPIN: said(
    'Your router does not lead you back to your own address; the internet reaches your home.',
    'Nothing has to be done. In your own network, use the private address.',
  ),
  CERT_INVALID: said(
    'Other servers do not trust the certificate of your home.',
    'Have the edge use a certificate of a public authority for exactly this name.',
  ),
  CERT_CHAIN: said(
    'The edge sends its certificate without the one that vouches for it; browsers cope, servers do not.',
    'Have the edge send the whole chain, often a file called fullchain.pem.',
  ),
  CERT_EXPIRES: said(
    'The certificate ends soon and was not renewed in time.',
    'See why the edge does not renew it, and renew it by hand.',
  ),
  CLOCK_SKEW: said(
    'The clock of this machine and that of the edge differ; signatures with the wrong time are refused.',
    'Let the operating system set the time by itself, at both ends.',
  ),
  NOT_THIS_SERVER: said(
    'At the address of your home another server answers.',
    'Have the DNS record and the edge lead to this home.',
  ),
  EDGE_REDIRECTS: said(
    'The edge sends visitors elsewhere instead of asking your home.',
    'Take the redirect away for this name; other servers do not follow it.',
  ),
  TUNNEL_DOWN: said(
    'The edge answers, and does not reach your home.',
    'See whether the tunnel is connected, and whether the edge leads to its other end.',
  ),
  BOT_CHALLENGE: said(
    'The edge asks visitors to prove that they are no robots; other servers cannot.',
    'Switch such challenges off for this name.',
  ),
  UA_BLOCKED: said(
    'The edge refuses visitors for the name of their program.',
    'Take the rule away that looks at the user agent, or let these names pass.',
  ),
  HOST_REWRITTEN: said(
    'The edge asks your home by another name; signatures of others break by it.',
    'Have the edge pass the Host header on as it came.',
  ),
  PROTO_MISSING: said(
    'The edge does not say that visitors came over https.',
    'Have the edge set X-Forwarded-Proto to https.',
  ),
  PATH_REWRITTEN: said(
    'The edge changes paths on their way; signatures of others break by it.',
    'Have the edge pass the path on as it came, without decoding or merging.',
  ),
  QUERY_DROPPED: said(
    'The edge drops what follows the question mark; handles cannot be looked up.',
    'Have the edge pass the query on as it came.',
  ),
  QUERY_REORDERED: said(
    'The edge changes the order of a query; signatures of others break by it.',
    'Switch the sorting of queries off.',
  ),
  HEADERS_STRIPPED: said(
    'The edge drops headers that other servers sign or need.',
    'Have the edge pass all headers on.',
  ),
  DATE_REWRITTEN: said(
    'The edge changes the date of requests; signatures of others break by it.',
    'Have the edge pass the Date header on as it came.',
  ),
  BODY_REWRITTEN: said(
    'The edge changes what is sent to your home; signatures of others break by it.',
    'Switch off what rewrites or filters bodies for this name.',
  ),
  CONTENT_TYPE_REWRITTEN: said(
    'The edge changes the type of what is sent to your home.',
    'Have the edge pass the Content-Type header on as it came.',
  ),
  ACCEPT_REWRITTEN: said(
    'The edge changes which kind of answer visitors ask for.',
    'Have the edge pass the Accept header on as it came; switch its normalisation off.',
  ),
  SIGNATURE_BROKEN: said(
    'A signed request does not arrive as it was signed; posts of others are refused.',
    'Mend what else was found first; then have the edge pass requests on unchanged.',
  ),
  CACHE_IGNORES_VARY: said(
    'The cache in front keeps one answer for all kinds of visitors. Your home takes care of that by itself.',
    'Nothing has to be done.',
  ),
  CACHE_IGNORES_QUERY: said(
    'The cache in front takes addresses that differ in their query for one. Your home takes care of that by itself.',
    'Nothing has to be done; with the query in its key, handles could be kept too.',
  ),
  CACHE_IGNORES_NO_STORE: said(
    'The cache in front keeps answers that are not to be kept, also private ones.',
    'Switch its own lifetimes off and have it follow Cache-Control.',
  ),
  CACHE_LEAKS_PRIVATE: said(
    'The cache in front shows strangers what only you are to see.',
    'Have it keep nothing but /ap/, /media/ and /proxy/, and follow Cache-Control.',
  ),
  ETAG_DROPPED: said(
    'The edge drops the marks by which visitors see that nothing has changed.',
    'Nothing has to be done; with the ETag header passed on, less would travel.',
  ),
  PURGE_FAILS: said(
    'The cache in front cannot be told of changes; for a while others see what you have changed or deleted.',
    'See whether its address and key in the settings are right.',
  ),
  BODY_LIMIT: said(
    'The edge refuses large bodies; pictures and long posts do not arrive.',
    'Raise its limit for the size of requests.',
  ),
  NO_WEBSOCKET: said(
    'Live connections do not get through the edge; apps learn of news late.',
    'Have the edge pass the Upgrade and Connection headers on.',
  ),
  STREAM_BUFFERED: said(
    'The edge holds live updates back until there are many.',
    'Switch its buffering of answers off for /api/v1/streaming.',
  ),
  IDLE_CUT: said(
    'The edge cuts live connections that are quiet for a moment.',
    'Raise its time-out for quiet connections to a minute or more.',
  ),
  CLIENT_IP_SPOOFABLE: said(
    'Visitors can make your home believe any address of theirs; limits do not hold.',
    'Have the edge overwrite the header in which it tells of the visitor.',
  ),
  CLIENT_IP_ALL_SAME: said(
    'All visitors seem to come from one address; one that is limited limits all.',
    'Have the edge tell the address of visitors, and name that header in the settings.',
  ),
  WEBFINGER_BROKEN: said(
    'Your handle cannot be looked up; nobody can find or mention you.',
    'Have the edge lead /.well-known/webfinger to your home, with its query.',
  ),
  HANDLE_DOMAIN_BROKEN: said(
    'The domain of your handle does not lead on to your home; nobody can find you by your handle.',
    'Have the website there redirect /.well-known/webfinger to your home, with its query.',
  ),
  NODEINFO_BROKEN: said(
    'What your home tells other servers about itself does not get through.',
    'Have the edge lead /.well-known/nodeinfo and /nodeinfo/ to your home.',
  ),
  ACTOR_BROKEN: said(
    'Your profile does not get through to other servers as it should; nobody can follow you.',
    'Have the edge lead /ap/ to your home and pass the Accept header on.',
  ),
}

/** Of each check, what it looks at. A check that is not here is called by its name. */
export const CHECK_SUBJECTS: Readonly<Record<string, string>> = {
  database: 'the database keeps what is written',
  parts: 'the parts of the home run',
  disk: 'there is room on the disk',
  media: 'uploads can be stored and read',
  caches: 'the caches answer',
  clock: 'the clocks agree',
  work: 'nothing was given up',
  pause: 'what goes out by itself goes out',
  reach: 'other servers get through',
  edge: 'what stands in front keeps what it may',
  purge: 'caches are told of changes',
  backups: 'backups are made and proven',
  farewell: 'other servers do not take this home for gone',
  keys: 'the halves of the signing keys fit',
  webfinger: 'the handle is answered inside',
  dns: 'the name has public addresses',
  tls: 'the port is open and its certificate good',
  identity: 'it is this home that answers at its name',
  bots: 'other servers are let in',
  fidelity: 'requests arrive as they were sent',
  caching: 'nothing is kept on the way that must not be',
  size: 'large bodies arrive',
  live: 'live connections stay open',
  who: 'the addresses of visitors are known and cannot be made up',
  words: 'other servers can read handle, home and profile',
}
