/** Avatars and headers as apps send them with a profile, and their removal. */
import type { FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import type { UploadPurpose } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import type { ProfilePictures } from '../../domain/owner/profile-pictures.ts'
import {
  keepIncoming,
  receiveFile,
  refuseRefused,
  waitForUploads,
} from '../../domain/uploads/receive-upload.ts'
import { actorIdOf } from './access.ts'
import type { Api } from './api.ts'
import { fileOf } from './form-files.ts'

/** The fields of a profile that hold files. */
export const PROFILE_FILES = { avatar: 'profile', header: 'profile' } as const

const PATIENCE_MS = 25_000

/**
 * Waits until the pictures that came with a profile are ready; none of them is shown yet.
 * @throws HomebirdError UNPROCESSABLE with the reason for one that was refused, UNAVAILABLE when nobody works on them
 */
export async function takeProfilePictures(api: Api, request: FastifyRequest): Promise<ProfilePictures> {
  const { db } = api.context
  const ids: string[] = []
  for (const purpose of ['avatar', 'header'] as const satisfies readonly UploadPurpose[]) {
    const file = fileOf(request, purpose)
    if (file === null) continue
    const kept = await keepIncoming(file)
    ids.push(await inTransaction(db, async (tx) => receiveFile(tx, actorIdOf(request), purpose, kept)))
  }
  if (ids.length === 0) return {}
  const uploads = await waitForUploads(api.context, ids, PATIENCE_MS)
  refuseRefused(uploads)
  const keyOf = (purpose: UploadPurpose): string | undefined =>
    uploads.find((upload) => upload.purpose === purpose)?.file_key ?? undefined
  if (uploads.some((upload) => upload.file_key === null) || uploads.length < ids.length) {
    throw new HomebirdError('UNAVAILABLE', 'a picture of a profile was not ready in time')
  }
  return { avatar: keyOf('avatar'), header: keyOf('header') }
}
