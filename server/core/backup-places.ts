/** Where backups lie, each place as one address: a folder, another disk, a bucket, a server over SFTP or WebDAV. */
import { createHash } from 'node:crypto'
import { isAbsolute, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type S3Backend, mediaBackend } from './media-backend.ts'
import { HomebirdError } from './errors.ts'
import { type SettingType, refusalOf, refuse } from './setting-types.ts'

/** `isOtherDisk`: one that may be away, and then nothing is written where it would be. */
export interface FolderAddress {
  readonly kind: 'folder'
  /** Null for the folder in the data directory. */
  readonly path: string | null
  readonly isOtherDisk: boolean
}

export type BucketAddress = S3Backend

export interface SftpAddress {
  readonly kind: 'sftp'
  readonly user: string
  readonly host: string
  readonly port: number
  /** Beginning with `/` from the root of the server, else from the home of the account. */
  readonly path: string
  /** `SHA256:…` as ssh-keygen shows it; null until the owner has compared it. */
  readonly hostKey: string | null
  readonly credentials: SftpCredentials
}

export type SftpCredentials =
  | { readonly password: string }
  /** In OpenSSH's form. */
  | { readonly privateKey: string }
  | { readonly keyFile: string }

export interface WebdavAddress {
  readonly kind: 'webdav'
  /** `https://host[:port]/path/`, or `http:` where that was asked for. */
  readonly endpoint: string
  readonly credentials: { readonly user: string; readonly password: string } | null
}

export type PlaceAddress = FolderAddress | BucketAddress | SftpAddress | WebdavAddress

/** In the data directory: always there, and lost with it. */
export const OWN_FOLDER: FolderAddress = { kind: 'folder', path: null, isOtherDisk: false }

const MOST_PLACES = 8
const SSH_PORT = 22
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/
const NAME =
  'addresses of places, one a line or as a JSON list: /folder, disk:///folder, s3://key:secret@host/bucket/prefix, sftp://user:password@host/folder?host_key=SHA256:…, webdav://user:password@host/folder'

export const backupPlaces: SettingType<readonly PlaceAddress[]> = {
  name: NAME,
  parse(raw) {
    const places = listed(raw).map(parsePlaceAddress)
    if (places.length === 0) return [OWN_FOLDER]
    if (places.length > MOST_PLACES)
      refuse(`it names ${places.length} places and the limit is ${MOST_PLACES}`)
    const ids = places.map(placeId)
    const twice = places.find((place, at) => ids.indexOf(placeId(place)) < at)
    return twice === undefined ? places : refuse(`it names ${placeLabel(twice)} twice`)
  },
  show: (places) => places.map(placeLabel),
}

function listed(raw: string): string[] {
  const text = raw.trim()
  if (!text.startsWith('[')) return text.split(/\s*\n\s*/).filter((line) => line !== '')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return refuse('it is not valid JSON')
  }
  return Array.isArray(parsed) && parsed.every((part) => typeof part === 'string')
    ? parsed
    : refuse('the JSON in it is no list of addresses')
}

/** @throws by `refuse`, with what is wrong and never a secret */
export function parsePlaceAddress(raw: string): PlaceAddress {
  const text = raw.trim()
  if (text === 'own') return OWN_FOLDER
  if (isAbsolute(text)) return folder(text, false)
  const url = URL.parse(text)
  switch (url?.protocol) {
    case 'file:':
    case 'disk:':
      return folder(pathOf(url), url.protocol === 'disk:')
    case 's3:':
    case 's3-insecure:':
      return bucket(text)
    case 'sftp:':
      return sftp(url)
    case 'webdav:':
    case 'webdav-insecure:':
      return webdav(url)
    case undefined:
      return refuse(
        'it is neither an absolute path nor an address; characters such as @ : / ? # % in names and passwords are written %40 %3A %2F %3F %23 %25',
      )
    default:
      return refuse(
        `it begins with ${url?.protocol}// and must be a path, or begin with disk://, s3://, sftp:// or webdav://`,
      )
  }
}

/** One that somebody names beside the settings. @throws HomebirdError UNPROCESSABLE with what is wrong and never a secret */
export function readPlaceAddress(raw: string): PlaceAddress {
  try {
    return parsePlaceAddress(raw)
  } catch (cause) {
    const refusal = refusalOf(cause)
    if (refusal === null) throw cause
    const why = `the address of the place cannot be used: ${refusal}`
    throw new HomebirdError('UNPROCESSABLE', why, { cause, safe: why })
  }
}

function folder(path: string, isOtherDisk: boolean): FolderAddress {
  if (path.includes('\0')) refuse('a path holds no NUL')
  return { kind: 'folder', path: normalize(path).replace(/(?<=.)[\\/]+$/, ''), isOtherDisk }
}

function pathOf(url: URL): string {
  if (url.host !== '') return refuse('a folder is written with three slashes, as disk:///media/ana/disk')
  try {
    return fileURLToPath(`file://${url.pathname}`)
  } catch {
    return refuse('it names no folder of this computer')
  }
}

function bucket(text: string): BucketAddress {
  const backend = mediaBackend.parse(text)
  if (backend.kind !== 's3' || backend.credentials === null)
    return refuse('a bucket needs its key and secret, as in s3://key:secret@host/bucket')
  return backend
}

function sftp(url: URL): SftpAddress {
  const user = decoded(url.username)
  if (!/^[\w][\w.@-]{0,63}$/.test(user)) refuse('sftp:// needs the account, as in sftp://ana@host/folder')
  const host = url.hostname.replace(/^\[(.+)\]$/, '$1')
  if (host === '') refuse('sftp:// needs a server, as in sftp://ana@host/folder')
  onlyKnown(url, ['host_key', 'key', 'key_file'])
  // An address has its path begin at the root; one of the account's home is written with a tilde.
  const path = remotePath(url).replace(/^\/~(?:\/|$)/, '')
  return {
    kind: 'sftp',
    user,
    host,
    port: url.port === '' ? SSH_PORT : Number(url.port),
    path,
    hostKey: hostKeyOf(url),
    credentials: sftpCredentials(url),
  }
}

function hostKeyOf(url: URL): string | null {
  // Base64 has a plus, which stands for a space in a query.
  const given = (url.searchParams.get('host_key') ?? '').replaceAll(' ', '+').replace(/=+$/, '')
  if (given === '') return null
  return FINGERPRINT.test(given) ? given : refuse('?host_key= is no fingerprint as ssh-keygen -lf shows it')
}

function sftpCredentials(url: URL): SftpCredentials {
  const key = url.searchParams.get('key')
  if (key !== null) return { privateKey: Buffer.from(key, 'base64url').toString('utf8') }
  const keyFile = url.searchParams.get('key_file')
  if (keyFile !== null)
    return isAbsolute(keyFile) ? { keyFile } : refuse('?key_file= must be an absolute path')
  if (url.password !== '') return { password: decoded(url.password) }
  return refuse('sftp:// needs a password, ?key_file=/path or ?key=')
}

function webdav(url: URL): WebdavAddress {
  if (url.host === '') refuse('webdav:// needs a server, as in webdav://ana:password@host/folder')
  onlyKnown(url, [])
  const [user, password] = [decoded(url.username), decoded(url.password)]
  if (user.includes(':')) refuse('a name with a colon cannot be told to a server')
  const scheme = url.protocol === 'webdav:' ? 'https' : 'http'
  const endpoint = new URL(`${scheme}://${url.host}`)
  endpoint.pathname = `${remotePath(url).split('/').map(encodeURIComponent).join('/')}/`
  return {
    kind: 'webdav',
    endpoint: endpoint.href,
    credentials: user === '' && password === '' ? null : { user, password },
  }
}

function remotePath(url: URL): string {
  const path = decoded(url.pathname).replace(/\/+$/, '')
  const hasBadPart = path.split('/').some((part) => part === '..' || part === '.')
  if (hasBadPart || /\p{Cc}/u.test(path)) refuse('the path holds . or .. or a control character')
  return path
}

function onlyKnown(url: URL, known: readonly string[]): void {
  for (const name of url.searchParams.keys())
    if (!known.includes(name))
      refuse(
        known.length === 0
          ? `?${name}= is not known here`
          : `?${name}= is not known; known are ${known.join(', ')}`,
      )
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return refuse('it has a % that begins no escape; write it as %25')
  }
}

/** For people: kind, host and path; never a secret. */
export function placeLabel(place: PlaceAddress): string {
  switch (place.kind) {
    case 'folder':
      return place.path === null ? 'this home' : `${place.isOtherDisk ? 'disk ' : ''}${place.path}`
    case 's3':
      return `${new URL(place.endpoint).host}/${place.bucket}${place.prefix === '' ? '' : `/${place.prefix.slice(0, -1)}`}`
    case 'sftp':
      return `sftp://${place.user}@${place.host}${place.port === SSH_PORT ? '' : `:${place.port}`}${place.path.startsWith('/') ? '' : '/~/'}${place.path}`
    case 'webdav':
      return place.endpoint.replace(/\/$/, '')
    default:
      return place satisfies never
  }
}

/** Names a place without its secrets: the same after its password has changed. */
export function placeId(place: PlaceAddress): string {
  if (place.kind === 'folder' && place.path === null) return 'own'
  return createHash('sha256')
    .update(`${place.kind} ${placeLabel(place)}`)
    .digest('hex')
    .slice(0, 12)
}

/** As it is written in the setting. */
export function placeText(place: PlaceAddress): string {
  switch (place.kind) {
    case 'folder':
      return folderText(place)
    case 's3':
      return bucketText(place)
    case 'sftp':
      return sftpText(place)
    case 'webdav':
      return webdavText(place)
    default:
      return place satisfies never
  }
}

function folderText({ path, isOtherDisk }: FolderAddress): string {
  if (path === null) return 'own'
  if (!isOtherDisk) return path
  const slashed = path.replaceAll('\\', '/')
  return `disk://${(slashed.startsWith('/') ? '' : '/') + slashed.split('/').map(encodeURIComponent).join('/').replace('%3A', ':')}`
}

function bucketText({ endpoint, bucket: name, prefix, region, style, credentials }: BucketAddress): string {
  const { protocol, host } = new URL(endpoint)
  const login = `${encodeURIComponent(credentials?.key ?? '')}:${encodeURIComponent(credentials?.secret ?? '')}`
  const scheme = protocol === 'http:' ? 's3-insecure' : 's3'
  return `${scheme}://${login}@${host}/${name}/${prefix}?region=${region}&style=${style}`
}

function sftpText({ user, host, port, path, hostKey, credentials }: SftpAddress): string {
  const query = new URLSearchParams()
  if (hostKey !== null) query.set('host_key', hostKey)
  if ('privateKey' in credentials) query.set('key', Buffer.from(credentials.privateKey).toString('base64url'))
  if ('keyFile' in credentials) query.set('key_file', credentials.keyFile)
  const login = 'password' in credentials ? `:${encodeURIComponent(credentials.password)}` : ''
  const place = (path.startsWith('/') ? path : `/~/${path}`).split('/').map(encodeURIComponent).join('/')
  return `sftp://${encodeURIComponent(user)}${login}@${host.includes(':') ? `[${host}]` : host}:${port}${place.replace('%7E', '~')}?${query.toString()}`
}

function webdavText({ endpoint, credentials }: WebdavAddress): string {
  const { protocol, host, pathname } = new URL(endpoint)
  const login =
    credentials === null
      ? ''
      : `${encodeURIComponent(credentials.user)}:${encodeURIComponent(credentials.password)}@`
  return `webdav${protocol === 'http:' ? '-insecure' : ''}://${login}${host}${pathname.replace(/\/$/, '')}`
}
