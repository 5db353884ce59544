/** Decoders that the supervisor starts for a process which cannot fork: real processes, a real socket, real files. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Decoders } from '../../../server/appliance/decoders.ts'
import { createNodeLauncher } from '../../../server/appliance/node-launcher.ts'
import type { DecoderRequest } from '../../../server/contracts/child-message.ts'
import type { DecodeOutcome, DecodeRequest } from '../../../server/contracts/decoding.ts'
import { processFacts } from '../../../server/core/process-facts.ts'
import { DECODER_LIMITS, type DecoderLimits, createDecoder } from '../../../server/domain/decoding/decoder.ts'
import { POOL_LIMITS, createPicturePool } from '../../../server/domain/decoding/picture-pool.ts'
import { superviseDecoders } from '../../../server/domain/decoding/supervised-decoder.ts'
import { limits, log, photo, stored } from '../../support/decoding.ts'
import { pngOf } from '../../support/pictures.ts'
import { videoOf } from '../../support/recordings.ts'
import { until } from '../../support/until.ts'

const DECODER = join(import.meta.dirname, '../../../server/decoder.ts')
const HARMED = join(import.meta.dirname, '../../support/children')
const never = new AbortController().signal

interface Supervised {
  readonly socket: string
  readonly pids: number[]
  readonly asked: DecoderRequest[]
  readonly supervisor: Decoders
  readonly start: ReturnType<typeof superviseDecoders>['start']
}

async function open(t: TestContext, entry = DECODER): Promise<Supervised> {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-d-'))
  const socket = join(folder, 'd.sock')
  const pids: number[] = []
  const asked: DecoderRequest[] = []
  const node = createNodeLauncher({
    env: {},
    entries: { migrate: entry, server: entry, worker: entry, tunnel: entry, decoder: entry, keeper: entry },
  })
  const supervisor = new Decoders({
    launcher: {
      launch(request) {
        const launched = node.launch(request)
        pids.push(launched.pid ?? 0)
        return launched
      },
    },
    socketOf: () => socket,
    line: () => undefined,
  })
  const decoders = superviseDecoders({
    socket,
    inquire: async (request) => {
      asked.push(request)
      return supervisor.answer('worker-0', request)
    },
  })
  t.after(async () => {
    supervisor.endAllOf('worker-0')
    await decoders.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { socket, pids, asked, supervisor, start: decoders.start }
}

/** What has ended and was not taken in yet by the system is not alive. */
function isAlive(pid: number): boolean {
  return processFacts(pid) !== null
}

const untilGone = async (pids: readonly number[]): Promise<unknown> =>
  until('all decoders to be gone', () => (pids.some(isAlive) ? null : true))

async function decode(
  { start }: Supervised,
  bytes: Buffer,
  mediaType: string,
  change: Partial<DecoderLimits> = {},
): Promise<DecodeOutcome> {
  const request: DecodeRequest = { mediaType, size: bytes.length, use: 'attachment', limits }
  const decoder = createDecoder({ log, startDecoder: start, limits: { ...DECODER_LIMITS, ...change } })
  return decoder.decode(stored(bytes), request, never)
}

test('uploads are read piece by piece, and their decoders end with them', async (t) => {
  const supervised = await open(t)
  const jpeg = await photo(1_200, 800).jpeg().toBuffer()
  const picture = await decode(supervised, jpeg, 'image/jpeg')
  assert.deepEqual(
    [picture.outcome, 'width' in picture && picture.width, 'preview' in picture && picture.preview?.width],
    ['picture', 1_200, 640],
  )
  const video = await videoOf({ hasAudio: true, location: '+52.5200+013.4050/' })
  const recording = await decode(supervised, video, 'video/mp4')
  assert.equal(recording.outcome, 'recording')
  assert.ok('telling' in recording && recording.telling.length > 0)
  assert.equal(supervised.pids.length, 2)
  await untilGone(supervised.pids)
})

test('pictures of elsewhere share a decoder; closing the pool ends it', async (t) => {
  const { start, pids } = await open(t)
  const pool = createPicturePool({ log, startDecoder: start, limits: { ...POOL_LIMITS, decoders: 1 } })
  const bytes = pngOf(300, 200, [0, 0, 0], [9, 9, 9])
  const made = await Promise.all(
    [1, 2, 3].map(async () => pool.shrink({ bytes, mediaType: 'image/png', use: 'avatar' })),
  )
  assert.deepEqual(
    made.map((shrunk) => shrunk.outcome),
    ['shown', 'shown', 'shown'],
  )
  assert.equal(pids.length, 1)
  await pool[Symbol.asyncDispose]()
  await untilGone(pids)
})

test('what harms a decoder harms one file: too slow, too large, dead, taken over', async (t) => {
  const bytes = pngOf(4, 4, [1, 2, 3], [4, 5, 6])
  const attempt = async (name: string, change: Partial<DecoderLimits> = {}): Promise<string> => {
    const supervised = await open(t, join(HARMED, name))
    const outcome = await decode(supervised, bytes, 'image/png', change)
    // Also the one that is stuck, and would not see that nobody waits for it any more.
    await untilGone(supervised.pids)
    return outcome.outcome === 'refused' ? outcome.reason : outcome.outcome
  }
  const reasons = await Promise.all([
    attempt('stuck-decoder.ts', { timeMs: 1_500 }),
    attempt('greedy-decoder.ts', { memoryBytes: 256 * 1_048_576 }),
    attempt('dying-decoder.ts'),
    attempt('lying-decoder.ts'),
    attempt('babbling-decoder.ts'),
  ])
  assert.deepEqual(reasons, [
    'The file takes too long to be read.',
    'The file needs too much memory to be read.',
    'The file is damaged and cannot be read.',
    'The file is damaged and cannot be read.',
    'The file is damaged and cannot be read.',
  ])
})

test(
  'only the decoder with the word comes in; the socket is private',
  { skip: process.platform === 'win32' },
  async (t) => {
    const supervised = await open(t)
    const { start, socket, asked } = supervised
    const pool = createPicturePool({ log, startDecoder: start })
    t.after(async () => pool[Symbol.asyncDispose]())
    const png = { bytes: pngOf(9, 9, [0, 0, 0], [9, 9, 9]), mediaType: 'image/png', use: 'emoji' } as const
    assert.equal((await pool.shrink(png)).outcome, 'shown')
    assert.equal((await stat(socket)).mode & 0o777, 0o600)
    const [first] = asked
    assert.ok(first?.kind === 'decoder')
    for (const hello of [`${first.word} 1\n`, `${'x'.repeat(43)} 1\n`, 'x'.repeat(200), '\n']) {
      const stranger = createConnection({ path: socket })
      stranger.on('error', () => undefined) // being cut off may be seen as one
      stranger.write(hello)
      const heard: Buffer[] = []
      stranger.on('data', (bytes) => heard.push(bytes))
      await new Promise((resolve) => stranger.once('close', resolve))
      assert.equal(Buffer.concat(heard).length, 0, hello)
    }
  },
)

test('a supervisor that starts none, or starts one that does not come, is told; nothing waits for ever', async (t) => {
  const { socket } = await open(t)
  const refusing = superviseDecoders({
    socket: `${socket}.2`,
    inquire: async () => Promise.reject(new Error('worker-0 has 12 decoders and may have no more')),
  })
  t.after(async () => refusing.close())
  const request: DecodeRequest = { mediaType: 'image/png', size: 4, use: 'attachment', limits }
  await assert.rejects(
    createDecoder({ log, startDecoder: refusing.start }).decode(stored(Buffer.alloc(4)), request, never),
    /may have no more/,
  )
  const pool = createPicturePool({ log, startDecoder: refusing.start })
  const shrunk = await pool.shrink({ bytes: Buffer.alloc(4), mediaType: 'image/png', use: 'avatar' })
  assert.equal(shrunk.outcome, 'busy')
})

test('a child has twelve at most, ends none of another, and takes its own along', async (t) => {
  const { supervisor, pids } = await open(t, join(HARMED, 'stuck-decoder.ts'))
  const request = { kind: 'decoder', word: 'w'.repeat(43), heapMb: null } as const
  const ids = Array.from({ length: 12 }, () => supervisor.answer('worker-0', request)?.id ?? 0)
  assert.throws(() => supervisor.answer('worker-0', request), /worker-0 has 12 decoders/)
  supervisor.answer('server-0', { kind: 'end_decoder', id: ids[0] ?? 0 })
  assert.throws(() => supervisor.answer('worker-0', request), /worker-0 has 12 decoders/)
  supervisor.endAllOf('worker-0')
  await untilGone(pids)
})
