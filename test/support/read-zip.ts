/** A ZIP file as a stranger's reader finds it. */
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { type Entry, type ZipFile, fromBuffer } from 'yauzl'

const open = promisify<Buffer, { autoClose: false }, ZipFile>(fromBuffer)

/** Its files by path, in their order; sizes are held against what it says of itself. */
export async function readZip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await open(bytes, { autoClose: false })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const entries: Entry[] = []
  zip.on('error', reject)
  zip.on('end', resolve)
  zip.on('entry', (entry: Entry) => entries.push(entry))
  await promise
  const stream = promisify<Entry, Readable>(zip.openReadStream.bind(zip))
  const files = new Map<string, Buffer>()
  for (const entry of entries) files.set(entry.fileName, await buffer(await stream(entry)))
  zip.close()
  return files
}
