/** Writes what was typed of a place as its one address. */

export const PLACE_KINDS = ['folder', 'disk', 's3', 'sftp', 'webdav'] as const
export type PlaceKindChoice = (typeof PLACE_KINDS)[number]

export interface PlaceDraft {
  readonly kind: PlaceKindChoice
  /** Of a folder; of a bucket or a server, what lies behind its name. */
  readonly path: string
  /** With a port where it is not the usual one. */
  readonly host: string
  readonly bucket: string
  readonly region: string
  /** The access key of a bucket. */
  readonly user: string
  readonly secret: string
  /** In OpenSSH's form, where it was made for this place. */
  readonly privateKey: string | null
  readonly hostKey: string | null
}

export const EMPTY_PLACE: PlaceDraft = {
  kind: 'folder',
  path: '',
  host: '',
  bucket: '',
  region: '',
  user: '',
  secret: '',
  privateKey: null,
  hostKey: null,
}

/** Which fields a kind has. */
export const FIELDS: Readonly<Record<PlaceKindChoice, readonly (keyof PlaceDraft)[]>> = {
  folder: ['path'],
  disk: ['path'],
  s3: ['host', 'bucket', 'region', 'path', 'user', 'secret'],
  sftp: ['host', 'path', 'user', 'secret'],
  webdav: ['host', 'path', 'user', 'secret'],
}

const slashed = (path: string): string =>
  path.split('/').map(encodeURIComponent).join('/').replace(/^\/+/, '')

export function placeAddress(draft: PlaceDraft): string {
  const { kind, user, secret, bucket } = draft
  const path = draft.path.trim()
  const host = draft.host
    .trim()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '')
  const login = `${encodeURIComponent(user.trim())}:${encodeURIComponent(secret)}@`
  switch (kind) {
    case 'folder':
      return path
    case 'disk':
      return `disk:///${slashed(path.replaceAll('\\', '/'))}`.replace('%3A', ':')
    case 's3': {
      const region = draft.region.trim()
      const query = region === '' ? '' : `?region=${encodeURIComponent(region)}`
      return `s3://${login}${host}/${bucket.trim()}/${slashed(path)}${query}`
    }
    case 'sftp':
      return sftpAddress(draft, host, path)
    case 'webdav':
      return `webdav://${user === '' && secret === '' ? '' : login}${host}/${slashed(path)}`
    default:
      return kind satisfies never
  }
}

function sftpAddress({ user, secret, privateKey, hostKey }: PlaceDraft, host: string, path: string): string {
  const query = new URLSearchParams()
  if (hostKey !== null) query.set('host_key', hostKey)
  if (privateKey !== null) query.set('key', btoa(privateKey).replaceAll('+', '-').replaceAll('/', '_'))
  const password = privateKey === null ? `:${encodeURIComponent(secret)}` : ''
  const place = path.startsWith('/') ? `/${slashed(path)}` : `/~/${slashed(path)}`
  return `sftp://${encodeURIComponent(user.trim())}${password}@${host}${place}?${query.toString()}`
}
