/** Opens the media store that the settings name. */
import { readFileSync } from 'node:fs'
import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import {
  type MediaBackend,
  type S3Backend,
  type S3Credentials,
  parseCredentials,
} from '../core/media-backend.ts'
import { openLocalMediaStore } from './local-media-store.ts'
import type { MediaStore } from './media-store.ts'
import type { SharedFiles } from './shared-files.ts'
import type { StorageTransport } from './s3/s3-client.ts'
import { openS3MediaStore } from './s3/s3-media-store.ts'
import { S3SharedFiles } from './s3/s3-shared-files.ts'

export interface MediaStoreOptions {
  readonly config: Pick<Config, 'mediaS3Acl' | 'mediaS3CredentialsFile'>
  readonly backend: MediaBackend
  /** Of the home, where the backend names no other: what comes in lies there with every backend. */
  readonly folder: string
  readonly clock: Clock
  /** See `S3StoreOptions`; true unless said otherwise. */
  readonly servesLocal?: boolean
  /** See `S3StoreOptions`. */
  readonly shared?: SharedFiles | null
  readonly openTransport: () => StorageTransport
}

/** @throws HomebirdError SETTING_INVALID for a bucket without credentials */
export function openMediaStore(options: MediaStoreOptions): MediaStore {
  const { backend, folder, config, clock, openTransport, servesLocal = true, shared = null } = options
  if (backend.kind === 'local') return openLocalMediaStore({ folder: backend.folder ?? folder })
  return openS3MediaStore({
    backend,
    credentials: backend.credentials ?? readCredentials(backend, config.mediaS3CredentialsFile),
    acl: config.mediaS3Acl,
    transport: openTransport(),
    clock,
    local: openLocalMediaStore({ folder }),
    servesLocal,
    shared,
  })
}

export interface SharedFilesOptions {
  readonly config: Pick<Config, 'databaseUrl' | 'mediaBackend' | 'mediaS3CredentialsFile'>
  readonly clock: Clock
  readonly loadKey: () => Promise<Buffer>
  readonly openTransport: () => StorageTransport
}

/**
 * In the bucket of the media, where other machines may work on the same home.
 * @returns null where there can be no others, or no bucket: then files stay in the folders of this machine
 * @throws HomebirdError SETTING_INVALID for a bucket without credentials
 */
export function openSharedFiles(options: SharedFilesOptions): SharedFiles | null {
  const { config, clock, loadKey, openTransport } = options
  const { mediaBackend: backend, databaseUrl } = config
  if (backend.kind === 'local' || databaseUrl === null) return null
  const credentials = backend.credentials ?? readCredentials(backend, config.mediaS3CredentialsFile)
  return new S3SharedFiles({ backend, credentials, clock, loadKey, transport: openTransport() })
}

function readCredentials({ bucket }: S3Backend, file: string | null): S3Credentials {
  const remedy = 'write s3://key:secret@host/bucket, or name a file in HOMEBIRD_MEDIA_S3_CREDENTIALS_FILE'
  if (file === null) {
    throw new HomebirdError(
      'SETTING_INVALID',
      `HOMEBIRD_MEDIA_BACKEND names the bucket ${bucket} without key and secret; ${remedy}`,
    )
  }
  const found = parseCredentials(readText(file))
  if (found !== null) return found
  throw new HomebirdError('SETTING_INVALID', `${file} does not hold key:secret; ${remedy}`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new HomebirdError(
      'SETTING_INVALID',
      `${file} cannot be read; give it to this user or name another`,
      { cause },
    )
  }
}
