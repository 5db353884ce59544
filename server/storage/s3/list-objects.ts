/** What lies in a bucket, and what was begun there. */
import type { ListedFile } from '../media-store.ts'
import { elementText, elementsOf } from './s3-answers.ts'
import type { S3Client } from './s3-client.ts'
import { abortUpload } from './upload-object.ts'

const LIST_SIZE = 1_000

/**
 * Keys without the prefix of the bucket's setting.
 * @param folder  empty, or ending in a slash
 */
export async function* listObjects(
  client: S3Client,
  prefix: string,
  folder = '',
): AsyncGenerator<ListedFile> {
  for (let token: string | null = ''; token !== null;) {
    const query = { 'list-type': '2', 'max-keys': String(LIST_SIZE), prefix: prefix + folder }
    const more: Record<string, string> = token === '' ? query : { ...query, 'continuation-token': token }
    const { xml } = await client.callForXml({ method: 'GET', key: '', query: more })
    for (const object of elementsOf(xml, 'Contents')) {
      const key = (elementText(object, 'Key') ?? '').slice(prefix.length)
      yield { key, ...foundFrom(elementText(object, 'Size'), elementText(object, 'LastModified')) }
    }
    token = elementText(xml, 'IsTruncated') === 'true' ? elementText(xml, 'NextContinuationToken') : null
  }
}

/**
 * Parts that a process left when it died. Not every provider lists them; those that do not remove them themselves.
 * @returns how many uploads it were
 */
export async function abortLeftUploads(
  client: S3Client,
  prefix: string,
  isLeft: (key: string, begunAt: Date) => boolean,
): Promise<number> {
  const { status, xml } = await client.callForXml({
    method: 'GET',
    key: '',
    query: { uploads: '', prefix },
    expected: [400, 403, 404, 405, 501],
  })
  if (status !== 200) return 0
  let aborted = 0
  for (const upload of elementsOf(xml, 'Upload')) {
    const key = (elementText(upload, 'Key') ?? '').slice(prefix.length)
    const uploadId = elementText(upload, 'UploadId')
    const begunAt = new Date(elementText(upload, 'Initiated') ?? '')
    if (uploadId === null || Number.isNaN(begunAt.getTime()) || !isLeft(key, begunAt)) continue
    await abortUpload(client, key, uploadId)
    aborted += 1
  }
  return aborted
}

/** Of what headers and lists say. */
export function foundFrom(
  size: string | null | undefined,
  changedAt: string | null | undefined,
): Pick<ListedFile, 'size' | 'changedAt'> {
  const moment = new Date(changedAt ?? '')
  return { size: Number(size ?? 0), changedAt: Number.isNaN(moment.getTime()) ? new Date(0) : moment }
}
