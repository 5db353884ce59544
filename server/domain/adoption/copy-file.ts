/** Copies one file of the old server among the files of this home, where they bear the hash of their content. */
import { HomebirdError } from '../../core/errors.ts'
import { keepContent } from '../uploads/content-files.ts'
import { type FileUse, takeFile } from '../uploads/take-file.ts'
import type { AdoptionWorld } from './step.ts'

export type CopiedFile =
  | { readonly key: string }
  /** `refused`: of a type or size that is not kept here. */
  | { readonly why: 'no_files' | 'missing' | 'refused'; readonly text?: string }

/** @throws HomebirdError STORAGE_FULL, STORAGE_UNREACHABLE: then it is tried again from there */
export async function copyFile(
  { db, files, media, limits }: Pick<AdoptionWorld, 'db' | 'files' | 'media' | 'limits'>,
  path: string,
  use: FileUse,
): Promise<CopiedFile> {
  if (files === null) return { why: 'no_files' }
  const bytes = path === '' ? null : await files.open(path)
  // What fails while it is read is thrown to the reader; what is broken off here is told to nobody else.
  bytes?.on('error', () => undefined)
  if (bytes === null) return { why: 'missing', text: 'there is no such file' }
  try {
    const { written, type } = await takeFile(media, bytes, use, limits)
    return { key: await keepContent(db, media, written, type) }
  } catch (error) {
    if (error instanceof HomebirdError && error.code === 'UNPROCESSABLE')
      return { why: 'refused', text: error.message }
    throw error
  } finally {
    bytes.destroy()
  }
}
