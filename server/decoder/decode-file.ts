/** One file to what is to be told of it, or to what is shown of it. Whatever cannot be read is refused with a sentence. */
import type { DecodeOutcome, DecodeRequest, ShowOutcome, ShowRequest } from '../contracts/decoding.ts'
import type { FileBytes } from './file-bytes.ts'
import { Refusal } from './refusal.ts'

export async function decodeFile(file: FileBytes, request: DecodeRequest): Promise<DecodeOutcome> {
  const isPicture = request.mediaType.startsWith('image/')
  try {
    // Each is loaded only where it is needed: both are large.
    if (isPicture) {
      const { readPicture } = await import('./read-picture.ts')
      return await readPicture(await file.at(0, request.size), request)
    }
    const { readRecording } = await import('./read-recording.ts')
    return await readRecording(file, request)
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.message }
    return {
      outcome: 'refused',
      reason: `The ${isPicture ? 'picture' : 'file'} is damaged and cannot be read.`,
    }
  }
}

export async function decodeShown(request: ShowRequest): Promise<ShowOutcome> {
  const { showPicture } = await import('./show-picture.ts')
  try {
    return await showPicture(request)
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.message }
    return { outcome: 'unreadable' }
  }
}
