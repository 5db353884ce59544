/** The manifest of a release, read strictly after its signature was found good. */
import { basename } from 'node:path'
import { parseUpdateInfo } from 'electron-updater/out/providers/Provider.js'
import { isSafeAddress } from './update-feed.ts'
import { isVersion } from './version.ts'

export interface Manifest {
  readonly version: string
  readonly files: readonly ManifestFile[]
  /** What changes, as plain text. */
  readonly notes: string
  readonly releaseDate: string
  readonly minimumSystemVersion: string | null
}

export interface ManifestFile {
  readonly url: URL
  /** Of the whole file, in base64. */
  readonly sha512: string
  readonly size: number
  readonly isAdminRightsRequired: boolean
}

export const MAX_MANIFEST_BYTES = 64 * 1024
const MAX_FILES = 20
/** Twice what Homebird weighs with Electron and its database. */
const MAX_FILE_BYTES = 1024 ** 3
const MAX_NOTES = 20_000
/** Package managers are given the file's name through a shell: nothing that one could read as more than a name. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}$/

/**
 * @param manifestUrl  where it was found; relative names of files mean its folder
 * @throws Error naming the value and what it may be
 */
export function readManifest(bytes: Uint8Array, manifestUrl: URL): Manifest {
  const fileName = basename(manifestUrl.pathname)
  const raw: unknown = parseUpdateInfo(Buffer.from(bytes).toString('utf8'), fileName, manifestUrl)
  const fields = recordOf(raw, `${fileName} is no list of fields`)
  const version = fields['version']
  if (typeof version !== 'string' || !isVersion(version)) {
    throw new Error(`${fileName} names the version ${shown(version)}, which is none such as 1.2.3`)
  }
  const files = fields['files']
  if (!Array.isArray(files) || files.length === 0 || files.length > MAX_FILES) {
    throw new Error(
      `${fileName} lists ${Array.isArray(files) ? files.length : 'no'} files; it must be 1 to ${MAX_FILES}`,
    )
  }
  return {
    version,
    files: files.map((file: unknown) => readFile(file, manifestUrl)),
    notes: plainText(fields['releaseNotes']),
    releaseDate: dateOf(fields['releaseDate']),
    minimumSystemVersion: optionalText(fields['minimumSystemVersion']),
  }
}

function readFile(raw: unknown, manifestUrl: URL): ManifestFile {
  const fields = recordOf(raw, 'a file of the manifest is no list of fields')
  const { sha512, size } = fields
  const url = fileUrl(fields['url'], manifestUrl)
  if (typeof sha512 !== 'string' || !isSha512(sha512)) {
    throw new Error(`${url.pathname} has the sha512 ${shown(sha512)}; it must be 64 bytes in base64`)
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1 || size > MAX_FILE_BYTES) {
    throw new Error(`${url.pathname} has the size ${shown(size)}; it must be 1 to ${MAX_FILE_BYTES} bytes`)
  }
  return { url, sha512, size, isAdminRightsRequired: fields['isAdminRightsRequired'] === true }
}

/** On the feed's own origin, or anywhere by https. */
function fileUrl(raw: unknown, manifestUrl: URL): URL {
  if (typeof raw !== 'string' || !URL.canParse(raw, manifestUrl.href)) {
    throw new Error(`a file of the manifest has the address ${shown(raw)}, which is none`)
  }
  const url = new URL(raw, manifestUrl)
  if (!isAllowedPlace(url, manifestUrl)) {
    throw new Error(
      `a file of the manifest is at ${url.href}; it must be on ${manifestUrl.origin} or on https`,
    )
  }
  if (!FILE_NAME.test(basename(url.pathname))) {
    throw new Error(
      `a file of the manifest is called ${shown(basename(url.pathname))}; use A-Z a-z 0-9 . _ + -`,
    )
  }
  return url
}

export function isAllowedPlace(url: URL, feed: URL): boolean {
  return isSafeAddress(url) && (url.origin === feed.origin || url.protocol === 'https:')
}

function isSha512(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === 64 && bytes.toString('base64') === text
}

function recordOf(value: unknown, otherwise: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(otherwise)
  return value as Record<string, unknown>
}

function optionalText(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 64 ? value : null
}

function dateOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString() // YAML knows dates
  return optionalText(value) ?? ''
}

/** Notes may be written with tags; shown are their words alone. */
function plainText(value: unknown): string {
  if (typeof value !== 'string') return ''
  const text = value.slice(0, MAX_NOTES).replaceAll(/<[^<>]*>/g, '')
  // oxlint-disable-next-line no-control-regex -- these are what is taken out
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '').trim()
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 120)
}
