/** Files and bodies that are meant to harm: refused with the right status, within bounded memory, and nothing is left of them. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import sharp from 'sharp'
import type { MediaAttachment } from '../../../server/contracts/media-attachment.ts'
import { DECODER_LIMITS } from '../../../server/domain/decoding/decoder.ts'
import { mp3Of, newPicture, pngChunk, pngFrom } from '../../support/pictures.ts'
import { TOLD, taggedSound, videoOf } from '../../support/recordings.ts'
import { openUploadHome } from '../../support/upload-home.ts'
import { until } from '../../support/until.ts'

const setting = await openUploadHome()
const { home } = setting
const { db } = home

const file = (bytes: Buffer, filename = 'cup.png') => ({ name: 'file', filename, bytes })
const MIB = 1_048_576

/** What the decoders of this process took at most, all of them looked at while they live. */
class DecoderWatch {
  mostBytes = 0
  mostAtOnce = 0
  seen = new Set<string>()

  constructor(t: TestContext) {
    const timer = setInterval(() => this.#look(), 10)
    t.after(() => clearInterval(timer))
  }

  #look(): void {
    const children = textOf(`/proc/${process.pid}/task/${process.pid}/children`).split(' ')
    const decoders = children.filter((pid) => pid !== '' && /decoder/.test(textOf(`/proc/${pid}/cmdline`)))
    this.mostAtOnce = Math.max(this.mostAtOnce, decoders.length)
    for (const pid of decoders) {
      this.seen.add(pid)
      const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]
      this.mostBytes = Math.max(this.mostBytes, Number(kibibytes ?? 0) * 1_024)
    }
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it has just ended
  }
}

async function leavesNothing(): Promise<void> {
  const names = (folder: string): string[] => {
    const path = join(home.mediaFolder, folder)
    return existsSync(path) ? readdirSync(path) : []
  }
  await until('nothing is left on the disk', () => names('drafts').length + names('incoming').length === 0)
  const unfinished = await db.selectFrom('attachments').select('id').where('file_key', 'is', null).execute()
  assert.deepEqual(unfinished, [])
}

test('bombs take no more memory than a decoder may have, whether they are taken or refused', async (t) => {
  const ida = await setting.withIdentity('ida')
  const compressed = (length: number): Buffer => deflateSync(Buffer.alloc(length))
  const named = (text: string): Buffer => Buffer.from(`${text}\0\0`, 'latin1')
  const pixel = pngChunk('IDAT', deflateSync(Buffer.alloc(4)))
  const bombs: readonly (readonly [string, Buffer, 200 | 422])[] = [
    [
      '39 million pixels of one colour',
      pngFrom(16_000, 2_450, [pngChunk('IDAT', compressed(2_450 * 48_001))]),
      200,
    ],
    ['more pixels than there may be', pngFrom(30_000, 30_000, [pngChunk('IDAT', compressed(1_000))]), 422],
    ['pixels that are not there', pngFrom(8_000, 4_900, [pngChunk('IDAT', compressed(1_000))]), 422],
    [
      'a text of 200 MB',
      pngFrom(1, 1, [pngChunk('zTXt', Buffer.concat([named('x'), compressed(200 * MIB)])), pixel]),
      200,
    ],
    [
      'a profile of 100 MB',
      pngFrom(1, 1, [pngChunk('iCCP', Buffer.concat([named('x'), compressed(100 * MIB)])), pixel]),
      200,
    ],
    [
      'a progressive photograph of 39 million pixels',
      await sharp({ create: { width: 8_000, height: 4_900, channels: 3, background: '#806040' } })
        .jpeg({ progressive: true })
        .toBuffer(),
      200,
    ],
  ]
  const watch = new DecoderWatch(t)
  for (const [name, bytes, wanted] of bombs) {
    const answer = await ida.sends('/api/v1/media', [file(bytes)])
    assert.equal(answer.status, wanted, `${name}: ${answer.text().slice(0, 200)}`)
  }
  if (process.platform === 'linux') {
    assert.ok(watch.seen.size >= bombs.length, `${watch.seen.size} decoders were seen`)
    const megabytes = Math.round(watch.mostBytes / MIB)
    assert.ok(watch.mostBytes <= DECODER_LIMITS.memoryBytes, `a decoder took ${megabytes} MiB`)
    console.log(`  decoders took at most ${megabytes} MiB`)
  }
  await leavesNothing()
})

test('a file that is two things becomes the one it is taken for', async () => {
  const jon = await setting.withIdentity('jon')
  const script = Buffer.from('<html><script>alert("PAYLOAD")</script></html>')
  const zip = Buffer.concat([
    Buffer.from('504b0304', 'hex'),
    Buffer.from('PAYLOAD.exe'),
    Buffer.from('504b0506', 'hex'),
  ])
  const still = sharp(newPicture(64, 48))
  const jpeg = await still.clone().jpeg().toBuffer()
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, script.length + 2]), script])
  const gif = await still.clone().gif().toBuffer()
  const png = newPicture(64, 48)
  const id3 = Buffer.concat([Buffer.from('4944330300000000', 'hex'), Buffer.from([0, script.length]), script])
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ['a GIF before a script', Buffer.concat([gif, script]), 'image/'],
    ['a JPEG before a page', Buffer.concat([jpeg, script]), 'image/jpeg'],
    ['a JPEG before an archive', Buffer.concat([jpeg, zip]), 'image/jpeg'],
    ['a page within a JPEG', Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]), 'image/jpeg'],
    ['a PNG before a page', Buffer.concat([png, script]), 'image/png'],
    [
      'a page within a PNG',
      Buffer.concat([png.subarray(0, 33), pngChunk('tEXt', script), png.subarray(33)]),
      'image/png',
    ],
    ['a WebP before a page', Buffer.concat([await still.clone().webp().toBuffer(), script]), 'image/webp'],
    ['a page before a sound', Buffer.concat([id3, mp3Of()]), 'audio/mpeg'],
  ]
  for (const [name, bytes, type] of cases) {
    assert.ok(bytes.includes('PAYLOAD'), name)
    const { url, preview_url: preview } = await jon.uploads(bytes, [], 'a.html')
    for (const address of [url, ...(preview === null ? [] : [preview])]) {
      const served = await jon.reads(address)
      assert.equal(served.status, 200, name)
      assert.ok(!served.bytes.includes('PAYLOAD'), name)
      if (address === url) assert.ok(String(served.headers['content-type']).startsWith(type), name)
      assert.equal(served.headers['x-content-type-options'], 'nosniff')
      assert.match(String(served.headers['content-security-policy']), /default-src 'none'.*sandbox/)
    }
  }
  const bare = await jon.sends('/api/v1/media', [
    file(Buffer.from('GIF89a/*PAYLOAD*/=alert(1);//'.padEnd(300))),
  ])
  assert.equal(bare.status, 422)
  const tagged = await jon.uploads(await taggedSound('ogg'), [], 'a.ogg')
  const heard = await jon.reads(tagged.url)
  for (const word of TOLD) assert.ok(!heard.bytes.includes(word), word)
  await leavesNothing()
})

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

test('what is no picture, film or sound of a kind that is kept is refused, whatever it calls itself', async () => {
  const kay = await setting.withIdentity('kay')
  const text = (content: string): Buffer => Buffer.from(content.padEnd(200))
  const hex = (begin: string): Buffer => Buffer.concat([Buffer.from(begin, 'hex'), Buffer.alloc(200)])
  const cases: Readonly<Record<string, Buffer>> = {
    SVG: text(SVG),
    'SVG behind a mark': text(`\uFEFF<?xml version="1.0"?><!DOCTYPE svg>${SVG}`),
    'SVG behind a comment': text(`<!-- GIF89a -->${SVG}`),
    'SVG in wide letters': Buffer.from(`\uFEFF${SVG}`, 'utf16le'),
    'SVG in a squeeze': gzipSync(SVG.padEnd(300)),
    HTML: text('<!doctype html><title>x</title>'),
    JSON: text('{"type":"Create"}'),
    PDF: text('%PDF-1.7'),
    ZIP: hex('504b0304'),
    ELF: hex('7f454c46'),
    EXE: hex('4d5a'),
    BMP: hex('424d'),
    TIFF: hex('49492a00'),
    ICO: hex('00000100'),
    PSD: hex('38425053'),
    JXL: hex('ff0a'),
    FLV: hex('464c5601'),
    AVI: Buffer.concat([Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1'), Buffer.alloc(100)]),
    script: text('#!/bin/sh'),
  }
  for (const [name, bytes] of Object.entries(cases)) {
    const answer = await kay.sends('/api/v1/media', [{ ...file(bytes), type: 'image/png' }])
    assert.equal(answer.status, 422, name)
    assert.match(String(answer.json()['error']), /not supported|damaged/, name)
  }
  await leavesNothing()
})

test('what is cut is refused, however far it came', async () => {
  const leo = await setting.withIdentity('leo')
  const still = sharp(newPicture(300, 200))
  const kinds = [
    newPicture(300, 200),
    await still.clone().jpeg().toBuffer(),
    await still.clone().webp().toBuffer(),
    await still.clone().avif({ effort: 0 }).toBuffer(),
    await videoOf({ hasAudio: true }),
  ]
  for (const whole of kinds) {
    for (const share of [0.3, 0.7]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share))
      const answer = await leo.sends('/api/v1/media', [file(cut)])
      assert.equal(answer.status, 422, `${whole.toString('latin1', 0, 12)} ${share}`)
    }
  }
  await leavesNothing()
})

interface Poured {
  readonly status: number
  readonly sentBytes: number
}

/** Sends a beginning and then more and more, until there is an answer. */
async function pours(
  path: string,
  headers: Readonly<Record<string, string | number>>,
  begin: Buffer,
  piece: Buffer,
  mostBytes = 1_024 * MIB,
): Promise<Poured> {
  const request = httpRequest({
    host: '127.0.0.1',
    port: home.publicPort,
    method: 'POST',
    path,
    headers: { host: home.host, authorization: `Bearer ${setting.app.token}`, ...headers },
    agent: false,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject)
  })
  let sentBytes = begin.length
  const over = new AbortController()
  void answered
    .catch(() => undefined)
    .finally(() => {
      over.abort()
    })
  request.write(begin)
  const pour = async (): Promise<void> => {
    while (!over.signal.aborted && sentBytes < mostBytes) {
      sentBytes += piece.length
      if (request.write(piece)) await new Promise((resolve) => setImmediate(resolve))
      else
        await Promise.race([
          new Promise((resolve) => request.once('drain', resolve)),
          answered.catch(() => undefined),
        ])
    }
  }
  void pour()
  const { statusCode = 0 } = await answered
  request.on('error', () => undefined).destroy()
  return { status: statusCode, sentBytes }
}

const MULTIPART = { 'content-type': 'multipart/form-data; boundary=b' }
const part = (head: string): Buffer => Buffer.from(`--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n`)

test('bodies without end are answered long before their end, and are not kept', async () => {
  const zeros = Buffer.alloc(256 * 1_024)
  const begun = (bytes: Buffer): Buffer => Buffer.concat([part('name="file"; filename="a"'), bytes])
  const gigabyte = { ...MULTIPART, 'content-length': 1_024 * MIB }
  const cases: readonly (readonly [string, Promise<Poured>, number, number])[] = [
    ['a gigabyte that is announced', pours('/api/v2/media', gigabyte, begun(newPicture()), zeros), 413, 400],
    ['a picture without end', pours('/api/v2/media', MULTIPART, begun(newPicture()), zeros), 422, 400],
    ['a film without end', pours('/api/v2/media', MULTIPART, begun(await videoOf({})), zeros), 422, 400],
    ['a field without end', pours('/api/v2/media', MULTIPART, part('name="description"'), zeros), 413, 400],
    [
      'a head without end',
      pours('/api/v2/media', MULTIPART, Buffer.from('--b\r\nx-a: '), Buffer.alloc(256 * 1_024, 0x61)),
      413,
      400,
    ],
    [
      'fields without end',
      pours(
        '/api/v2/media',
        MULTIPART,
        Buffer.alloc(0),
        Buffer.concat([part('name="a"'), Buffer.from('x\r\n')]),
      ),
      413,
      400,
    ],
    [
      'no part at all',
      pours('/api/v2/media', MULTIPART, Buffer.from('x'), Buffer.alloc(256 * 1_024, 0x62)),
      413,
      400,
    ],
    [
      'JSON of a gigabyte',
      pours(
        '/api/v1/statuses',
        { 'content-type': 'application/json', 'content-length': 1_024 * MIB },
        Buffer.from('{'),
        zeros,
      ),
      413,
      400,
    ],
    [
      'a form of a post without end',
      pours('/api/v1/statuses', MULTIPART, part('name="status"'), zeros),
      413,
      400,
    ],
  ]
  const before = process.memoryUsage.rss()
  await Promise.allSettled(cases.map(async ([, poured]) => poured))
  for (const [name, poured, status, mostMegabytes] of cases) {
    const answer = await poured
    assert.equal(answer.status, status, name)
    assert.ok(answer.sentBytes <= mostMegabytes * MIB, `${name}: ${answer.sentBytes} bytes were sent`)
  }
  const grownBy = Math.round((process.memoryUsage.rss() - before) / MIB)
  console.log(`  endless bodies: the process grew by ${grownBy} MiB`)
  assert.ok(grownBy < 256, `the server grew by ${grownBy} MiB`)
  await leavesNothing()
})

test('many at once wait their turn, and each gets what it sent', async (t) => {
  const mia = await setting.withIdentity('mia')
  const watch = new DecoderWatch(t)
  const sent = await Promise.all(
    Array.from({ length: 24 }, async () => mia.sends('/api/v2/media', [file(newPicture(1_200, 900))])),
  )
  for (const answer of sent) assert.ok(answer.status === 200 || answer.status === 202, answer.text())
  const ids = sent.map((answer) => (answer.json() as unknown as MediaAttachment).id)
  await until(
    'all are ready',
    async () => {
      const states = await Promise.all(
        ids.map(async (id) => (await mia.app.ask(`/api/v1/media/${id}`)).status),
      )
      return states.every((status) => status === 200)
    },
    120_000,
  )
  assert.equal(new Set(ids).size, 24)
  assert.ok(watch.mostAtOnce <= 2, `${watch.mostAtOnce} decoders at once`)
  await leavesNothing()
})

test('a body that stops coming is given up after half a minute', async () => {
  const silent = await pours('/api/v2/media', MULTIPART, part('name="file"; filename="a"'), newPicture(), 0)
  assert.equal(silent.status, 408)
  await leavesNothing()
})
