/**
 * The one table of settings: variable, type, default, help. `homebird config` prints it, `core/config` reads it,
 * and the settings page of the window is drawn from it. A setting that is not here does not exist.
 */
import { MOST_EMOJI_BYTES } from '../contracts/own-emojis.ts'
import { BACKUP_SETTINGS } from './backup-settings.ts'
import { CACHE_SETTINGS } from './cache-settings.ts'
import { ENGINE_SETTINGS } from './engine-settings.ts'
import { TUNNEL_SETTINGS } from './tunnel-settings.ts'
import { METRICS_SETTINGS } from './metrics-settings.ts'
import { setting } from './setting.ts'
import { mediaAddress, mediaBackend } from './media-backend.ts'
import {
  absolutePath,
  agentList,
  base64Bytes,
  bool,
  databaseUrl,
  edgeAddress,
  headerPairs,
  hostAddresses,
  hostList,
  hostName,
  httpsAddress,
  integer,
  listenAddress,
  networkList,
  oneOf,
  optional,
  remoteTimeout,
  text,
} from './setting-types.ts'

const searchScope = oneOf('own', 'interacted', 'all')
/** The seed system has a switch. */
const SEARCH_SWITCH: Readonly<Record<string, string>> = { true: 'all', false: 'own' }

const logLevel = oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
/** Here too. */
const DEBUG_SWITCH: Readonly<Record<string, string>> = { true: 'debug', false: 'info' }

export const SETTINGS = {
  configFile: setting({
    env: 'HOMEBIRD_CONFIG_FILE',
    aliases: ['TAKAHE_ENV_FILE'],
    type: text(4096),
    fallback: '',
    help: 'file of variables, NAME=value a line, as an environment file of the seed system; of one name that of the environment is stronger. Empty means homebird.env in the data directory, where there is one',
  }),
  dataDir: setting({
    env: 'HOMEBIRD_DATA_DIR',
    type: optional(absolutePath),
    fallback: '',
    help: 'folder of everything this home keeps; empty means the place of the platform',
  }),
  databaseUrl: setting({
    env: 'HOMEBIRD_DATABASE_URL',
    aliases: ['DATABASE_URL', 'TAKAHE_DATABASE_SERVER'],
    type: optional(databaseUrl),
    fallback: '',
    help: 'an external PostgreSQL 15 or newer; empty means the embedded one',
    secret: true,
  }),
  postgresPrograms: setting({
    env: 'HOMEBIRD_POSTGRES_PROGRAMS',
    type: optional(absolutePath),
    fallback: '',
    help: 'folder of the programs of an older PostgreSQL, for bringing its database to that of today; empty looks where they were kept and where systems have them',
  }),
  domain: setting({
    env: 'HOMEBIRD_DOMAIN',
    type: optional(hostName),
    fallback: '',
    help: 'the name after the second @ of your handle; set once, it cannot change later',
  }),
  serviceDomain: setting({
    env: 'HOMEBIRD_SERVICE_DOMAIN',
    aliases: ['TAKAHE_MAIN_DOMAIN'],
    type: optional(hostName),
    fallback: '',
    help: 'the host that answers, where it differs from the domain of the handle',
  }),
  allowedHosts: setting({
    env: 'HOMEBIRD_ALLOWED_HOSTS',
    aliases: ['TAKAHE_ALLOWED_HOSTS'],
    type: { ...hostList, parse: (raw) => (raw.trim() === '["*"]' ? [] : hostList.parse(raw)) },
    fallback: '',
    help: 'further Host values that the public listener answers, besides the domains of this home',
  }),
  bind: setting({
    env: 'HOMEBIRD_BIND',
    type: text(64),
    fallback: '127.0.0.1',
    help: 'address of the public listener; leave it on loopback behind a tunnel or proxy',
  }),
  port: setting({
    env: 'HOMEBIRD_PORT',
    type: integer(0, 65_535),
    fallback: '4180',
    help: 'TCP port of the public listener; 0 takes a free one',
  }),
  privateListen: setting({
    env: 'HOMEBIRD_PRIVATE_LISTEN',
    type: listenAddress,
    fallback: '127.0.0.1:4181',
    help: 'where the window and the owner are served; port 0 takes a free one',
  }),
  logLevel: setting({
    env: 'HOMEBIRD_LOG_LEVEL',
    aliases: ['TAKAHE_DEBUG'],
    type: { ...logLevel, parse: (raw) => logLevel.parse(DEBUG_SWITCH[raw.trim().toLowerCase()] ?? raw) },
    fallback: 'info',
    help: 'least important kind of line that is logged',
  }),
  serverProcesses: setting({
    env: 'HOMEBIRD_SERVER_PROCESSES',
    type: integer(1, 32),
    fallback: '1',
    help: 'how many server processes run',
  }),
  workerProcesses: setting({
    env: 'HOMEBIRD_WORKER_PROCESSES',
    type: integer(1, 32),
    fallback: '1',
    help: 'how many stator workers run',
  }),
  databasePool: setting({
    env: 'HOMEBIRD_DB_POOL',
    type: integer(2, 100),
    fallback: '12',
    help: 'most database connections that one process may hold; the budget may grant fewer',
  }),
  databaseReserve: setting({
    env: 'HOMEBIRD_DB_RESERVE',
    type: integer(0, 1000),
    fallback: '5',
    help: 'database connections left free for backups, maintenance and other programs',
  }),
  heapMegabytes: setting({
    env: 'HOMEBIRD_HEAP_MB',
    type: optional(integer(48, 65_536)),
    fallback: '',
    help: 'most MiB of JavaScript objects in each server and worker; one that needs more ends and is started anew; empty leaves it to Node and the memory of the machine',
  }),
  remoteTimeout: setting({
    env: 'HOMEBIRD_REMOTE_TIMEOUT',
    aliases: ['TAKAHE_REMOTE_TIMEOUT'],
    type: remoteTimeout,
    fallback: '5',
    help: 'seconds for each part of an exchange with a remote server, or [connect, read, write, pool]',
  }),
  allowPrivateAddresses: setting({
    env: 'HOMEBIRD_ALLOW_PRIVATE_ADDRESSES',
    type: networkList,
    fallback: 'none',
    help: 'private networks that remote servers may live in; every other private address is refused',
  }),
  hostAddresses: setting({
    env: 'HOMEBIRD_HOST_ADDRESSES',
    type: hostAddresses,
    fallback: '',
    help: 'host=address[:port] pairs that are reached there, private or not, instead of asking DNS',
  }),
  authorizedFetch: setting({
    env: 'HOMEBIRD_AUTHORIZED_FETCH',
    type: bool,
    fallback: 'false',
    help: 'serve posts and profiles to signed requests only',
  }),
  inboxPerHostPer5Min: setting({
    env: 'HOMEBIRD_INBOX_RATE',
    type: integer(0, 1_000_000),
    fallback: '300',
    help: 'most activities taken from one server in five minutes; 0 takes all',
  }),
  apiPer5Min: setting({
    env: 'HOMEBIRD_API_RATE',
    type: integer(0, 1_000_000),
    fallback: '1500',
    help: 'most requests of one app in five minutes, half of what all who are not signed in have together; 0 takes all',
  }),
  inspectorDays: setting({
    env: 'HOMEBIRD_INSPECTOR_DAYS',
    type: integer(0, 7),
    fallback: '7',
    help: 'days that the text of received activities is kept for you to look at; that they came is known for a week',
  }),
  inspectorMegabytes: setting({
    env: 'HOMEBIRD_INSPECTOR_MEGABYTES',
    type: integer(0, 10_000),
    fallback: '64',
    help: 'most space for the text of received activities; the oldest goes first',
  }),
  threadMaxItems: setting({
    env: 'HOMEBIRD_THREAD_MAX_ITEMS',
    type: integer(0, 100_000),
    fallback: '500',
    help: 'most replies that other servers are asked for when a thread is completed; 0 fetches none',
  }),
  threadMaxPages: setting({
    env: 'HOMEBIRD_THREAD_MAX_PAGES',
    type: integer(0, 10_000),
    fallback: '100',
    help: 'most pages of replies that are read when a thread is completed',
  }),
  threadCooldown: setting({
    env: 'HOMEBIRD_THREAD_COOLDOWN',
    type: integer(0, 86_400),
    fallback: '900',
    help: 'seconds from the completion of a thread until looking at it completes it again',
  }),
  previewCards: setting({
    env: 'HOMEBIRD_PREVIEW_CARDS',
    type: bool,
    fallback: 'true',
    help: 'show previews of linked pages: of those you write at once, of others when you see them; off asks for no page',
  }),
  prefetch: setting({
    env: 'HOMEBIRD_PREFETCH',
    type: bool,
    fallback: 'true',
    help: 'fetch faces, emoji and pictures of your home timeline before you look at it; never video, and nothing on a line that is to be spared',
  }),
  vapidPublicKey: setting({
    env: 'HOMEBIRD_VAPID_PUBLIC_KEY',
    aliases: ['TAKAHE_VAPID_PUBLIC_KEY'],
    type: optional(base64Bytes(65)),
    fallback: '',
    help: 'public key of web push; follows from the private one and is compared with it',
  }),
  vapidPrivateKey: setting({
    env: 'HOMEBIRD_VAPID_PRIVATE_KEY',
    aliases: ['TAKAHE_VAPID_PRIVATE_KEY'],
    type: optional(base64Bytes(32)),
    fallback: '',
    help: 'private key of web push; empty means one that the home makes and keeps. Another key ends all push subscriptions',
    secret: true,
  }),
  search: setting({
    env: 'HOMEBIRD_SEARCH',
    aliases: ['TAKAHE_SEARCH'],
    type: {
      ...searchScope,
      parse: (raw) => searchScope.parse(SEARCH_SWITCH[raw.trim().toLowerCase()] ?? raw),
    },
    fallback: 'all',
    help: 'which posts your search finds: your own, those you had to do with, or all that came here',
  }),
  translator: setting({
    env: 'HOMEBIRD_TRANSLATOR',
    type: oneOf('none', 'libretranslate', 'deepl'),
    fallback: 'none',
    help: 'what translates public posts when you ask for it; it learns the posts that you have translated',
  }),
  translatorUrl: setting({
    env: 'HOMEBIRD_TRANSLATOR_URL',
    type: optional(httpsAddress),
    fallback: '',
    help: 'https address of the translator; may be left out for DeepL itself',
  }),
  translatorKey: setting({
    env: 'HOMEBIRD_TRANSLATOR_KEY',
    type: text(500),
    fallback: '',
    help: 'key for the translator, where it wants one',
    secret: true,
  }),
  mediaUrl: setting({
    env: 'HOMEBIRD_MEDIA_URL',
    aliases: ['TAKAHE_MEDIA_URL'],
    type: mediaAddress,
    fallback: '/media/',
    help: 'where own media is served; an absolute https address offloads it to a CDN or to the bucket itself',
  }),
  mediaBackend: setting({
    env: 'HOMEBIRD_MEDIA_BACKEND',
    aliases: ['TAKAHE_MEDIA_BACKEND'],
    type: mediaBackend,
    fallback: 'local://',
    help: 'where uploads are kept: the folder of the home, or a bucket, s3://key:secret@host/bucket; what lies in the folder already is served from there until homebird media copy',
    secret: true,
  }),
  mediaS3CredentialsFile: setting({
    env: 'HOMEBIRD_MEDIA_S3_CREDENTIALS_FILE',
    type: optional(absolutePath),
    fallback: '',
    help: 'file with key:secret of the bucket, where HOMEBIRD_MEDIA_BACKEND holds none',
  }),
  mediaS3Acl: setting({
    env: 'HOMEBIRD_MEDIA_S3_ACL',
    aliases: ['TAKAHE_MEDIA_BACKEND_S3_ACL'],
    type: oneOf('private', 'public-read'),
    fallback: 'private',
    help: 'who may read the objects without this home; public-read where HOMEBIRD_MEDIA_URL is the bucket itself',
  }),
  mediaRoot: setting({
    env: 'HOMEBIRD_MEDIA_ROOT',
    aliases: ['TAKAHE_MEDIA_ROOT'],
    type: optional(absolutePath),
    fallback: '',
    help: 'folder of what you upload; empty means media/ in the data directory',
  }),
  mediaMaxImageMb: setting({
    env: 'HOMEBIRD_MEDIA_MAX_IMAGE_MB',
    aliases: ['TAKAHE_MEDIA_MAX_IMAGE_FILESIZE_MB'],
    type: integer(1, 100),
    fallback: '16',
    help: 'largest picture that you may upload, in megabytes',
  }),
  mediaMaxVideoMb: setting({
    env: 'HOMEBIRD_MEDIA_MAX_VIDEO_MB',
    type: integer(1, 2_000),
    fallback: '99',
    help: 'largest video or sound that you may upload, in megabytes',
  }),
  emojiMaxKb: setting({
    env: 'HOMEBIRD_EMOJI_MAX_KB',
    aliases: ['TAKAHE_EMOJI_MAX_IMAGE_FILESIZE_KB'],
    type: integer(10, MOST_EMOJI_BYTES / 1_024),
    fallback: '256',
    help: 'largest picture of a custom emoji of your own, in kilobytes',
  }),
  avatarMaxKb: setting({
    env: 'HOMEBIRD_AVATAR_MAX_KB',
    aliases: ['TAKAHE_AVATAR_MAX_IMAGE_FILESIZE_KB'],
    type: integer(10, 100_000),
    fallback: '2000',
    help: 'largest avatar or header picture that you may upload, in kilobytes',
  }),
  cdn: setting({
    env: 'HOMEBIRD_CDN',
    aliases: ['HOMEBIRD_CDN_PURGE'],
    type: oneOf('none', 'cloudflare', 'bunny', 'fastly', 'varnish', 'nginx', 'generic'),
    fallback: 'none',
    help: 'what stands in front of this home and keeps answers; it is told when one has changed',
  }),
  cdnPurgeUrl: setting({
    env: 'HOMEBIRD_CDN_PURGE_URL',
    type: optional(edgeAddress),
    fallback: '',
    help: 'address at which varnish or nginx is told, such as http://127.0.0.1:6081; for generic a pattern with {url}, {path} or {host}. It may be a private address',
  }),
  cdnPurgeToken: setting({
    env: 'HOMEBIRD_CDN_PURGE_TOKEN',
    type: text(500),
    fallback: '',
    help: 'key with which the CDN is told: an API token that may purge, or the secret of your own nginx or varnish',
    secret: true,
  }),
  cdnZone: setting({
    env: 'HOMEBIRD_CDN_ZONE',
    type: text(100),
    fallback: '',
    help: 'zone id of Cloudflare, pull zone id of Bunny, service id of Fastly',
  }),
  cdnPurgeMethod: setting({
    env: 'HOMEBIRD_CDN_PURGE_METHOD',
    type: optional(oneOf('purge', 'ban', 'get', 'post', 'put', 'delete')),
    fallback: '',
    help: 'HTTP method with which varnish (PURGE unless said) or a generic CDN (PURGE unless said) is told',
  }),
  cdnPurgeHeaders: setting({
    env: 'HOMEBIRD_CDN_PURGE_HEADERS',
    type: headerPairs,
    fallback: '',
    help: 'headers that a generic CDN is told with, as a JSON object',
    secret: true,
  }),
  robotsDisallow: setting({
    env: 'HOMEBIRD_ROBOTS_DISALLOW',
    aliases: ['TAKAHE_ROBOTS_TXT_DISALLOWED_USER_AGENTS'],
    type: agentList,
    fallback: '',
    help: 'user agents that robots.txt asks to stay away, besides those that train models',
  }),
  pruneDays: setting({
    env: 'HOMEBIRD_PRUNE_DAYS',
    aliases: ['TAKAHE_REMOTE_PRUNE_HORIZON'],
    type: integer(0, 36_500),
    fallback: '90',
    help: 'days that remote posts without a tie to you are kept; 0 keeps all',
  }),
  ...ENGINE_SETTINGS,
  ...METRICS_SETTINGS,
  ...BACKUP_SETTINGS,
  ...CACHE_SETTINGS,
  ...TUNNEL_SETTINGS,
} as const

export type SettingName = keyof typeof SETTINGS
