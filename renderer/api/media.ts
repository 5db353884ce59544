/** Files of posts: sent with their progress, looked at, described, taken away. */
import { WINDOW_HEADER } from '../../server/contracts/owner-api.ts'
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import type { ApiClient } from './client.ts'
import { ApiFailure, kindOfStatus } from './failure.ts'

interface UploadOptions {
  readonly signal: AbortSignal
  /** @param progress  from 0 to 1 */
  readonly onProgress: (progress: number) => void
}

/**
 * `fetch` tells nothing of how far a body is: this one request goes the older way.
 * @throws ApiFailure, also when it was stopped
 */
export async function uploadMedia(
  file: File,
  { signal, onProgress }: UploadOptions,
): Promise<MediaAttachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v2/media')
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader(WINDOW_HEADER, '1')
    request.responseType = 'json'
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total > 0 ? loaded / total : 0),
    )
    const away = (): void =>
      reject(new ApiFailure('offline', { status: null, detail: 'the file did not reach the home' }))
    request.addEventListener('error', away)
    request.addEventListener('abort', away)
    request.addEventListener('load', () => {
      const answer: unknown = request.response
      const facts = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
      if (request.status < 300 && typeof facts['id'] === 'string')
        resolve(facts as unknown as MediaAttachment)
      else reject(refusal(request.status, facts['error']))
    })
    signal.addEventListener('abort', () => request.abort())
    const form = new FormData()
    form.append('file', file)
    request.send(form)
  })
}

function refusal(status: number, words: unknown): ApiFailure {
  const detail = typeof words === 'string' ? words : `HTTP ${status}`
  return new ApiFailure(kindOfStatus(status), { status, detail })
}

/** Its `url` is null while the home works on it. @throws ApiFailure refused for what is no file that the home takes */
export const getMedia = async (api: ApiClient, id: string, signal: AbortSignal): Promise<MediaAttachment> =>
  api.get(`/api/v1/media/${id}`, { signal })

export const describeMedia = async (
  api: ApiClient,
  id: string,
  {
    description,
    focus,
  }: { readonly description: string; readonly focus: { readonly x: number; readonly y: number } },
): Promise<unknown> =>
  api.put(`/api/v1/media/${id}`, { body: { description, focus: `${focus.x},${focus.y}` } })

export const removeMedia = async (api: ApiClient, id: string): Promise<unknown> =>
  api.delete(`/api/v1/media/${id}`)
