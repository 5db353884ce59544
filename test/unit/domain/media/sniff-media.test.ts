import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sniffMedia } from '../../../../server/domain/media/sniff-media.ts'

const bytes = (text: string): Buffer => Buffer.from(text.padEnd(64, '\0'), 'latin1')

test('media is known by its first bytes', () => {
  const known: ReadonlyArray<readonly [string, string]> = [
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['\x89PNG\r\n\x1a\n', 'image/png'],
    ['GIF89a', 'image/gif'],
    ['RIFF\0\0\0\0WEBP', 'image/webp'],
    ['RIFF\0\0\0\0WAVE', 'audio/wav'],
    ['\0\0\0\x1cftypavif', 'image/avif'],
    ['\0\0\0\x1cftypmif1\0\0\0\0mif1avif', 'image/avif'],
    ['\0\0\0\x18ftypisom', 'video/mp4'],
    ['\0\0\0\x14ftypqt  ', 'video/quicktime'],
    ['\0\0\0\x18ftypM4A ', 'audio/mp4'],
    ['\x1aE\xdf\xa3', 'video/webm'],
    ['OggS', 'audio/ogg'],
    ['ID3', 'audio/mpeg'],
    ['\xff\xfb', 'audio/mpeg'],
    ['fLaC', 'audio/flac'],
  ]
  for (const [head, type] of known) assert.equal(sniffMedia(bytes(head))?.type, type)
})

test('everything else is nothing', () => {
  const unknown = [
    '<svg xmlns=',
    '<!doctype html>',
    '{"a":1}',
    '%PDF-1.7',
    'PK\x03\x04',
    '\0\0\0\x18ftypheic',
    'BM',
  ]
  for (const head of unknown) assert.equal(sniffMedia(bytes(head)), null, head)
  assert.equal(sniffMedia(Buffer.from('\xff\xd8\xff', 'latin1')), null, 'too short to be anything')
})
