/** A real decoder, and files for it. */
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import sharp from 'sharp'
import type {
  DecodeOutcome,
  DecodeUse,
  DecodedPicture,
  ReadRecording,
} from '../../server/contracts/decoding.ts'
import { createLogger } from '../../server/core/log.ts'
import { MEDIA_LIMITS } from '../../server/domain/media/media-types.ts'
import { SNIFF_BYTES, sniffMedia } from '../../server/domain/media/sniff-media.ts'
import { createDecoder } from '../../server/domain/decoding/decoder.ts'
import { pngOf } from './pictures.ts'

const folder = mkdtempSync(join(tmpdir(), 'homebird-decoding-'))
after(async () => rm(folder, { recursive: true, force: true }))
export const log = createLogger('test', 'silent')
const decoder = createDecoder({ log })
export const limits = MEDIA_LIMITS

let count = 0
export function stored(bytes: Buffer): string {
  count += 1
  const path = join(folder, String(count))
  writeFileSync(path, bytes)
  return path
}

async function decode(
  bytes: Buffer,
  use: DecodeUse = 'attachment',
  mediaType = sniffMedia(bytes.subarray(0, SNIFF_BYTES))?.type ?? '',
): Promise<DecodeOutcome> {
  const request = { mediaType, size: bytes.length, use, limits }
  return decoder.decode(stored(bytes), request, new AbortController().signal)
}

export async function picture(bytes: Buffer, use?: DecodeUse): Promise<DecodedPicture> {
  const outcome = await decode(bytes, use)
  assert.equal(outcome.outcome, 'picture', JSON.stringify(outcome))
  return outcome
}

export async function recording(bytes: Buffer): Promise<ReadRecording> {
  const outcome = await decode(bytes)
  assert.equal(outcome.outcome, 'recording', JSON.stringify(outcome))
  return outcome
}

export async function refusal(bytes: Buffer, mediaType?: string): Promise<string> {
  const outcome = await decode(bytes, 'attachment', mediaType)
  assert.equal(outcome.outcome, 'refused', JSON.stringify(outcome).slice(0, 300))
  return outcome.outcome === 'refused' ? outcome.reason : ''
}

export const photo = (width: number, height: number) =>
  sharp(pngOf(width, height, [250, 20, 30], [10, 20, 240]))

export const moving = (frames: number, width = 20, height = 10) =>
  sharp(
    Buffer.concat(
      Array.from({ length: frames }, (_, frame) => Buffer.alloc(width * height * 3, (frame * 37) % 256)),
    ),
    { raw: { width, height: height * frames, channels: 3, pageHeight: height } },
  )
