/** Where uploads lie, as one address: the folder of the home, or a bucket with any provider that speaks S3. */
import { isAbsolute } from 'node:path'
import { type SettingType, refuse } from './setting-types.ts'

export interface LocalBackend {
  readonly kind: 'local'
  /** Null for the folder that HOMEBIRD_MEDIA_ROOT or the data directory says. */
  readonly folder: string | null
}

export interface S3Backend {
  readonly kind: 's3'
  /** `https://host[:port]` */
  readonly endpoint: string
  readonly bucket: string
  /** Before every key; empty, or ending in a slash. */
  readonly prefix: string
  readonly region: string
  /** Whether the bucket stands in the path, or before the host. */
  readonly style: 'path' | 'host'
  /** Null where a file holds them. */
  readonly credentials: S3Credentials | null
}

export interface S3Credentials {
  readonly key: string
  readonly secret: string
}

export type MediaBackend = LocalBackend | S3Backend

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const REGION_OF_HOST = /^s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/
const DEFAULT_REGION = 'us-east-1'
const OPTIONS: ReadonlySet<string> = new Set(['region', 'style', 'insecure'])

export const mediaBackend: SettingType<MediaBackend> = {
  name: 'local://, or s3://key:secret@host/bucket with ?region=, ?style=path|host',
  parse(raw) {
    const text = raw.trim()
    if (text === '' || text === 'local' || text === 'local://') return { kind: 'local', folder: null }
    const url = URL.parse(text)
    if (url === null) return refuse(readable(text))
    if (url.protocol === 'local:') return localBackend(url)
    if (url.protocol === 's3:' || url.protocol === 's3-insecure:') return s3Backend(url)
    if (url.protocol === 'gs:') {
      refuse(
        'Google Cloud Storage is reached by its S3 interface: make an HMAC key and give s3://key:secret@storage.googleapis.com/bucket',
      )
    }
    return refuse(`it begins with ${url.protocol}// and must begin with local:// or s3://`)
  },
}

/** Keys hold characters that mean something in addresses. */
const readable = (text: string): string =>
  text.startsWith('s3')
    ? 'it cannot be read: write / + : @ # ? % in the key and the secret as %2F %2B %3A %40 %23 %3F %25'
    : 'it is not an address'

function decoded(part: string, otherwise = readable('s3')): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return refuse(otherwise)
  }
}

function localBackend(url: URL): LocalBackend {
  const folder = decoded(url.pathname, 'it is not an address')
  if (url.host !== '' || (folder !== '' && !isAbsolute(folder))) refuse('a folder is written local:///path')
  return { kind: 'local', folder: folder === '' || folder === '/' ? null : folder }
}

function s3Backend(url: URL): S3Backend {
  const [bucket = '', ...folders] = decoded(url.pathname.slice(1)).replace(/\/+$/, '').split('/')
  if (url.pathname.includes('@')) refuse(readable('s3'))
  if (!BUCKET.test(bucket)) refuse('the path must name a bucket, as in s3://key:secret@host/bucket')
  if (folders.some((part) => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part))) {
    refuse('folders in the bucket hold letters, digits, dots, hyphens and underscores')
  }
  for (const name of url.searchParams.keys()) {
    if (!OPTIONS.has(name)) refuse(`?${name}= is not known; known are ${[...OPTIONS].join(', ')}`)
  }
  const style = url.searchParams.get('style') ?? 'path'
  if (style !== 'path' && style !== 'host') return refuse('?style= must be path or host')
  const region = url.searchParams.get('region') ?? REGION_OF_HOST.exec(url.hostname)?.[1] ?? DEFAULT_REGION
  if (!/^[a-z0-9-]{1,40}$/.test(region)) refuse('?region= holds small letters, digits and hyphens')
  const isInsecure = url.protocol === 's3-insecure:' || isOn(url.searchParams.get('insecure'))
  const host = url.host === '' ? `s3.${region}.amazonaws.com` : url.host.toLowerCase()
  if (!URL.canParse(`https://${host}`)) refuse('the host in it is no name and no address')
  return {
    kind: 's3',
    endpoint: `${isInsecure ? 'http' : 'https'}://${host}`,
    bucket,
    prefix: folders.length === 0 ? '' : `${folders.join('/')}/`,
    region,
    style,
    credentials: credentialsOf(url),
  }
}

const isOn = (value: string | null): boolean => value !== null && !['false', '0', 'no'].includes(value)

function credentialsOf(url: URL): S3Credentials | null {
  const [key, secret] = [decoded(url.username), decoded(url.password)]
  if (key === '' && secret === '') return null
  return key === '' || secret === '' ? refuse('it must hold both key and secret') : { key, secret }
}

/** The text of a file with credentials: `key:secret`, or one on each line. Null for what is neither. */
export function parseCredentials(text: string): S3Credentials | null {
  const [key = '', secret = ''] = text
    .trim()
    .split(/\r?\n|:/)
    .map((part) => part.trim())
  return key === '' || secret === '' ? null : { key, secret }
}

const RESERVED =
  /^\/(?:ap|api|oauth|auth|proxy|avatars|headers|assets|health|nodeinfo|inbox|\.well-known|@[^/]*)\//

/** Where own media is given out: an absolute https address, or a path of this home. */
export const mediaAddress: SettingType<string> = {
  name: 'https address or path, ending in /',
  parse(raw) {
    const text = raw.trim()
    const url = text.startsWith('/') ? null : URL.parse(text)
    if (url === null) return mediaPath(text)
    if (url.protocol !== 'https:')
      return refuse('readers reach it by https only, or by a path such as /media/')
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      refuse('it must hold neither a user nor a query')
    return url.pathname.endsWith('/')
      ? url.href
      : refuse('the names of files are put behind it: end it with /')
  },
}

function mediaPath(text: string): string {
  if (!/^\/(?:[\w.~-]+\/)*[\w.~-]*$/.test(text) || text.includes('/../')) {
    return refuse('it is neither an https address nor a path such as /media/')
  }
  if (!text.endsWith('/')) return refuse('the names of files are put behind it: end it with /')
  if (text === '/' || RESERVED.test(text)) return refuse('that path is taken; /media/ is free')
  return text
}
