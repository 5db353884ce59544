/** The settings of the three caches. DESIGN 8. */
import { NOT_FOR_FILES, cacheUrl } from './cache-url.ts'
import { setting } from './setting.ts'
import { integer } from './setting-types.ts'

/** What is taken back must be gone from caches within the hour. */
const MOST_LIFE_SECONDS = 3_600
const IN_MEMORY = 'locmem://'
const IN_DATA_DIR = 'file://'

export const CACHE_SETTINGS = {
  cachesDefault: setting({
    env: 'HOMEBIRD_CACHES_DEFAULT',
    aliases: ['TAKAHE_CACHES_DEFAULT'],
    type: cacheUrl({ fallback: IN_MEMORY }),
    fallback: IN_MEMORY,
    help: 'cache of pages and answers; takes max_size (64 MB in memory), max_item, ttl (how long what nobody asks for stays, a week)',
  }),
  cachesMedia: setting({
    env: 'HOMEBIRD_CACHES_MEDIA',
    aliases: ['TAKAHE_CACHES_MEDIA'],
    type: cacheUrl({ fallback: IN_DATA_DIR, refused: NOT_FOR_FILES }),
    fallback: IN_DATA_DIR,
    help: 'cache of pictures, videos and headers of others; file:// without a path lies in the data directory; takes max_size, max_item, ttl (how long what nobody looks at stays, a week)',
  }),
  cachesAvatars: setting({
    env: 'HOMEBIRD_CACHES_AVATARS',
    aliases: ['TAKAHE_CACHES_AVATARS'],
    type: cacheUrl({ fallback: IN_DATA_DIR, refused: NOT_FOR_FILES }),
    fallback: IN_DATA_DIR,
    help: 'cache of avatars of others, as HOMEBIRD_CACHES_MEDIA',
  }),
  cachesMediaMaxMb: setting({
    env: 'HOMEBIRD_CACHES_MEDIA_MAX_MB',
    type: integer(1, 100_000_000),
    fallback: '5000',
    help: 'most megabytes of disk for the cache of media, where its URL has no max_size; what was not looked at for longest goes first',
  }),
  cachesAvatarsMaxMb: setting({
    env: 'HOMEBIRD_CACHES_AVATARS_MAX_MB',
    type: integer(1, 100_000_000),
    fallback: '500',
    help: 'most megabytes of disk for the cache of avatars, where its URL has no max_size',
  }),
  cacheMaxItemMb: setting({
    env: 'HOMEBIRD_CACHE_MAX_ITEM_MB',
    type: integer(1, 2_000),
    fallback: '40',
    help: 'largest single item that a cache keeps, in megabytes, where its URL has no max_item',
  }),
  cacheTimeoutPageDefault: setting({
    env: 'HOMEBIRD_CACHE_TIMEOUT_PAGE_DEFAULT',
    type: integer(0, MOST_LIFE_SECONDS),
    fallback: '60',
    help: 'seconds that caches in front and browsers of strangers may keep a public page; what is changed or deleted meanwhile shows as it was there',
  }),
  cacheTimeoutPageTimeline: setting({
    env: 'HOMEBIRD_CACHE_TIMEOUT_PAGE_TIMELINE',
    type: integer(0, MOST_LIFE_SECONDS),
    fallback: '60',
    help: 'the same for pages of a hashtag, and for further pages of a profile',
  }),
  cacheTimeoutPagePost: setting({
    env: 'HOMEBIRD_CACHE_TIMEOUT_PAGE_POST',
    type: integer(0, MOST_LIFE_SECONDS),
    fallback: '60',
    help: 'the same for the page of one post',
  }),
  cacheTimeoutIdentityFeed: setting({
    env: 'HOMEBIRD_CACHE_TIMEOUT_IDENTITY_FEED',
    type: integer(0, MOST_LIFE_SECONDS),
    fallback: '300',
    help: 'the same for feeds',
  }),
} as const
