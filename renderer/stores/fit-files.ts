/** Which files a draft can take by the home's own limits, told before anything is sent; the home looks again at what comes. */
import type { MediaLimits } from '../../server/contracts/instance.ts'

/** `beside_poll`: a post has files or a poll. */
export type FileFlaw = 'too_many' | 'beside_poll' | 'too_large_picture' | 'too_large' | 'wrong_kind'

export interface LeftOutFile {
  readonly name: string
  readonly flaw: FileFlaw
  /** In bytes. */
  readonly size: number
}

type FileFacts = Pick<File, 'name' | 'size' | 'type'>

/** Null until the home has told them: then only the home itself refuses. */
export type FileLimits = Pick<
  MediaLimits,
  'supported_mime_types' | 'image_size_limit' | 'video_size_limit'
> | null

export interface FittingFiles<T> {
  readonly taken: readonly T[]
  readonly leftOut: readonly LeftOutFile[]
}

/** A file that is refused takes no room. @param room  how many more the draft may have */
export function fitFiles<T extends FileFacts>(
  files: readonly T[],
  room: number,
  limits: FileLimits,
): FittingFiles<T> {
  const taken: T[] = []
  const leftOut: LeftOutFile[] = []
  for (const file of files) {
    const flaw = flawOf(file, limits) ?? (taken.length < room ? null : 'too_many')
    if (flaw === null) taken.push(file)
    else leftOut.push({ name: file.name, flaw, size: file.size })
  }
  return { taken, leftOut }
}

/** A file whose kind the browser does not know is for the home to look at. */
function flawOf({ size, type }: FileFacts, limits: FileLimits): FileFlaw | null {
  if (limits === null) return null
  const kind = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (kind !== '' && !limits.supported_mime_types.includes(kind)) return 'wrong_kind'
  if (kind.startsWith('image/')) return size > limits.image_size_limit ? 'too_large_picture' : null
  return size > limits.video_size_limit ? 'too_large' : null
}

/** Where the draft asks something, nothing fits. */
export function besidePoll<T extends FileFacts>(files: readonly T[]): FittingFiles<T> {
  return { taken: [], leftOut: files.map(({ name, size }) => ({ name, flaw: 'beside_poll', size })) }
}

/** JPEG, PNG, MP4: as people know them, each once. */
export function kindNames(types: readonly string[]): readonly string[] {
  const names = types.map((type) => (type.split('/')[1] ?? '').replace(/^(?:x-|vnd\.)/, '').toUpperCase())
  return [...new Set(names)].filter((name) => name !== '')
}
