/** Takes the one program out of an archive whose hash is known to be right. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

const BLOCK = 512
const MOST_BYTES = 256 * 1_048_576
const FILE_TYPES = new Set(['0', '\0'])

/** @throws Error when it holds no such program */
export async function unpackProgram(archive: Buffer, name: string): Promise<Buffer> {
  const bytes = await promisify(gunzip)(archive, { maxOutputLength: MOST_BYTES })
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK)
    const entry = textOf(header, 0, 100).replace(/^\.\//, '')
    if (entry === '') break
    const size = Number.parseInt(textOf(header, 124, 12).trim(), 8)
    const start = at + BLOCK
    if (!Number.isSafeInteger(size) || size < 0 || start + size > bytes.length) break
    if (entry === name && FILE_TYPES.has(header.toString('latin1', 156, 157)))
      return bytes.subarray(start, start + size)
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new Error(`the archive holds no ${name}`)
}

function textOf(header: Buffer, start: number, length: number): string {
  return header.toString('latin1', start, start + length).replace(/\0.*$/s, '')
}
