/** What places fail with, as the few kinds that whoever keeps backups tells apart. */
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const NAME = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/
const MOST_NAME = 400

/** @throws HomebirdError INTERNAL for a name that could leave the place, or that one of them could not keep */
export function checkedName(name: string): string {
  if (NAME.test(name) && name.length <= MOST_NAME) return name
  throw new HomebirdError('INTERNAL', `${JSON.stringify(name)} is no name of an object in a place of backups`)
}

export const placeIsFull = (label: string, cause?: unknown): HomebirdError =>
  new HomebirdError(
    'STORAGE_FULL',
    `${label} has no more room: delete older backups there, keep fewer, or choose another place`,
    { cause },
  )

/** @param why  what the place said, as a clause with the remedy where one is known */
export const placeFailed = (label: string, why: string, cause?: unknown): HomebirdError =>
  new HomebirdError('UNAVAILABLE', `${label}: ${why}`, {
    cause,
    safe: `The place of backups ${label} cannot be used: ${why}`,
  })

export const notInPlace = (label: string, name: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `${name} is not in ${label}`)

/** Of an error of the file system. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null
}

/** What was broken off on purpose stays what it is; what is told already is not told anew. */
export function asPlaceError(label: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason
  if (isHomebirdError(error)) return error
  const code = codeOf(error)
  if (code !== null && FULL.has(code)) return placeIsFull(label, error)
  if (code === 'EACCES' || code === 'EPERM')
    return placeFailed(
      label,
      'it may not be written or read by this user; change its rights or choose another',
      error,
    )
  if (code === 'EROFS') return placeFailed(label, 'it can only be read; choose another', error)
  return placeFailed(label, error instanceof Error ? error.message : String(error), error)
}
