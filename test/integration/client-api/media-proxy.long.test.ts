/** Files of others under odd readers, hostile servers, without a cache, without a disk, and in a real browser. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { placeholderOf } from '../../../server/domain/media/placeholders.ts'
import { offCache } from '../../../server/storage/caches/off-cache.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { type MediaScene, filmOf, openMediaScene } from '../../support/media-scene.ts'
import { pngOf } from '../../support/pictures.ts'
import { until } from '../../support/until.ts'

const MIB = 1_048_576
const PNG = pngOf(64, 64, [250, 10, 10], [10, 10, 250])
const scene = await openMediaScene()
const { home } = scene
const get = scene.get.bind(scene)
const kept = async (): Promise<number> => Number((await home.context.caches.media.stats()).items)

/** A file that comes as fast as the test wants. */
function slowly(film: Buffer, headers: Record<string, string> = {}) {
  let response: ServerResponse | null = null
  const opened = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  let sent = 0
  return {
    opened: opened.promise,
    closed: closed.promise,
    script: () => ({
      headers: { 'content-type': 'video/mp4', 'content-length': String(film.length), ...headers },
      write: (one: ServerResponse) => {
        response = one
        one.once('close', () => closed.resolve())
        one.write(film.subarray(0, 4_096))
        sent = 4_096
        opened.resolve()
      },
    }),
    send: (to: number): void => {
      const part = film.subarray(sent, to)
      sent = to
      if (to >= film.length) response?.end(part)
      else response?.write(part)
    },
  }
}

test('readers who come at any time share one slow fetch, and none waits for another who is slower', async () => {
  const film = filmOf(12 * MIB)
  const source = slowly(film)
  const url = await scene.filmAt('/shared.mp4', source.script)
  const before = await kept()
  // One who reads nothing at all, from the first moment on.
  const stuck = await home.stranger().open(new URL(url).pathname)
  stuck.answer.pause()
  const early = get(url)
  await source.opened
  source.send(5 * MIB)
  const middle = get(url)
  const part = get(url, { headers: { range: `bytes=${11 * MIB}-` } })
  source.send(film.length)
  const answers = await Promise.all([early, middle])
  for (const answer of answers) assert.ok(answer.status === 200 && answer.bytes.equals(film))
  assert.ok((await part).bytes.equals(film.subarray(11 * MIB)))
  await until('it is kept', async () => (await kept()) === before + 1)
  assert.equal(scene.asked('/shared.mp4'), 1)
  // And who was slow still gets the rest.
  const chunks: Buffer[] = []
  stuck.answer.on('data', (chunk: Buffer) => chunks.push(chunk)).resume()
  await once(stuck.answer, 'end')
  assert.ok(Buffer.concat(chunks).equals(film))
})

test('what is small is fetched to its end though its reader left; what is large and unwanted is not', async () => {
  const before = await kept()
  const small = slowly(filmOf(2 * MIB))
  const leave = async (path: string, source: ReturnType<typeof slowly>): Promise<void> => {
    const url = await scene.filmAt(path, source.script)
    const { answer, request } = await home.stranger().open(new URL(url).pathname)
    await once(answer, 'data')
    request.destroy()
  }
  await leave('/left-small.mp4', small)
  small.send(2 * MIB)
  await until('it is kept', async () => (await kept()) === before + 1)
  const large = slowly(filmOf(30 * MIB))
  await leave('/left-large.mp4', large)
  const begun = performance.now()
  const feeding = setInterval(() => large.send(4_096 + Math.floor(performance.now() - begun) * 20), 200)
  await large.closed
  clearInterval(feeding)
  assert.ok(performance.now() - begun > 10_000, 'it waits for somebody who seeks')
  assert.equal(await kept(), before + 1)
})

const rss = (): number => process.memoryUsage.rss()

/** What the process had at most while this went on. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  let peak = rss()
  const watch = setInterval(() => {
    peak = Math.max(peak, rss())
  }, 20)
  await work()
  clearInterval(watch)
  return peak
}

test('endless, huge and stuck bodies end at their limits, keep nothing and cost no memory', async () => {
  const before = await kept()
  const head = filmOf(MIB)
  const endless = (response: ServerResponse): void => {
    const next = (): void => {
      while (!response.destroyed && response.write(head));
      if (!response.destroyed) response.once('drain', next)
    }
    next()
  }
  const statuses: Record<string, number> = {}
  const ask = async (name: string, url: string): Promise<void> => {
    const answer: PlainAnswer | null = await get(url).catch(() => null)
    statuses[name] = answer?.status ?? 0
  }
  const rested = rss()
  const peak = await peakOf(async () => {
    await Promise.all([
      ask('endless', await scene.filmAt('/endless.mp4', () => ({ write: endless }))),
      ask(
        'a gigabyte',
        await scene.filmAt('/giga.mp4', () => ({
          headers: { 'content-length': String(1_024 * MIB) },
          write: endless,
        })),
      ),
      ask('says nothing', await scene.filmAt('/hang.mp4', () => 'hang')),
      ask('stops', await scene.filmAt('/stops.mp4', () => ({ write: (response) => response.write(head) }))),
      ...Array.from({ length: 6 }, async (_, index) => {
        scene.peer.answers(`/endless${index}.png`, () => ({
          write: (response) => {
            response.write(PNG)
            endless(response)
          },
        }))
        await ask(`face ${index}`, await scene.avatarAt(`/endless${index}.png`))
      }),
    ])
  })
  // Cut in the midst of what was already on its way to the reader: a broken answer, never a whole one.
  assert.deepEqual(
    [statuses['endless'], statuses['a gigabyte'], statuses['says nothing'], statuses['stops']],
    [0, 502, 504, 0],
  )
  for (let index = 0; index < 6; index += 1) assert.equal(statuses[`face ${index}`], 404)
  assert.equal(await kept(), before)
  console.log(`  endless bodies: at most ${Math.round((peak - rested) / MIB)} MiB more than at rest`)
  assert.ok(peak - rested < 300 * MIB, `${Math.round((peak - rested) / MIB)} MB more than at rest`)
})

test('redirects are followed three times, each looked at anew, and never into this machine or its network', async () => {
  scene.serves('/goal.png', PNG)
  const leads = (path: string, location: string): void =>
    scene.peer.answers(path, () => ({ status: 302, headers: { location } }))
  const at = (path: string): string => `https://${scene.peer.host}${path}`
  leads('/r1.png', at('/goal.png'))
  leads('/r2.png', at('/r1.png'))
  leads('/r3.png', at('/r2.png'))
  leads('/r4.png', at('/r3.png'))
  const inside = [
    `https://127.0.0.1:${home.privatePort}/`,
    'https://localhost/a.png',
    'https://10.0.0.1/a.png',
    'https://[::1]/a.png',
    'https://169.254.169.254/latest/meta-data',
    `http://${scene.peer.host}/goal.png`,
    'https://home.example/avatars/original/bird-1.png',
    'file:///etc/passwd',
  ]
  for (const [index, target] of inside.entries()) leads(`/in${index}.png`, target)
  const statusOf = async (path: string): Promise<number> => (await get(await scene.avatarAt(path))).status
  assert.equal(await statusOf('/r3.png'), 200)
  assert.equal(await statusOf('/r4.png'), 404)
  for (const [index, target] of inside.entries()) assert.equal(await statusOf(`/in${index}.png`), 404, target)
})

test('bombs of every kind stay closed, and what hides a page in a picture loses the page', async () => {
  const bombs: Record<string, Buffer> = {
    'wide.png': await sharp({ create: { width: 16_400, height: 8, channels: 3, background: '#000' } })
      .png()
      .toBuffer(),
    'many.webp': await sharp({ create: { width: 7_000, height: 7_000, channels: 3, background: '#fff' } })
      .webp({ effort: 0 })
      .toBuffer(),
  }
  for (const [name, bytes] of Object.entries(bombs)) {
    scene.serves(`/${name}`, bytes)
    assert.equal((await get(await scene.avatarAt(`/${name}`))).status, 404, name)
    assert.equal((await get(await scene.attachmentAt(`/${name}`, 'image'))).status, 404, name)
  }
  const polyglot = Buffer.concat([PNG, Buffer.from('<html><script>alert(1)</script>')])
  const face = await get(await scene.avatarOf('polyglot', polyglot))
  assert.equal(face.status, 200)
  assert.ok(!face.bytes.includes('script'))
})

/** The decoders of this process, by their title. */
function decoders(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const isOurs = new RegExp(`\\) [RSD] ${process.pid} `).test(readFileSync(`/proc/${name}/stat`, 'utf8'))
      const isDecoder = readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('homebird decoder')
      return isOurs && isDecoder ? [Number(name)] : []
    } catch {
      return [] // it has just ended
    }
  })
}

test(
  'decoders that are killed in the midst of a crowd cost a picture each, and the rest is shown',
  { skip: process.platform !== 'linux' },
  async () => {
    const faces: string[] = []
    for (let index = 0; index < 40; index += 1) {
      const large = await sharp(pngOf(8, 8, [index, 0, 0], [0, index, 0]))
        .resize(1_200, 1_200)
        .png()
        .toBuffer()
      faces.push(await scene.avatarOf(`crowd${index}`, large))
    }
    const answers = Promise.all(faces.map(async (face) => get(face)))
    let killed = 0
    await until('some were killed', async () => {
      for (const pid of killed < 3 ? decoders() : []) {
        process.kill(pid, 'SIGKILL')
        killed += 1
      }
      return killed >= 3
    })
    const statuses = (await answers).map(({ status }) => status)
    const shown = statuses.filter((status) => status === 200).length
    assert.ok(shown >= 40 - killed, `${shown} of 40 shown, ${killed} decoders killed`)
    assert.ok(statuses.every((status) => status === 200 || status === 404))
  },
)

async function playsOver(other: MediaScene): Promise<void> {
  const film = filmOf(3 * MIB)
  const url = await other.filmAt('/off.mp4', () => ({
    headers: { 'content-length': String(film.length), etag: '"one"' },
    body: film,
  }))
  const whole = await other.get(url)
  assert.ok(whole.bytes.equals(film))
  const tail = await other.get(url, {
    headers: { range: `bytes=${2 * MIB}-`, 'if-range': String(whole.headers.etag) },
  })
  assert.deepEqual([tail.status, tail.bytes.equals(film.subarray(2 * MIB))], [206, true])
  assert.equal(other.asked('/off.mp4'), 1)
  const avatar = await other.avatarOf('off', PNG)
  for (let count = 0; count < 3; count += 1) assert.equal((await other.get(avatar)).status, 200)
  assert.equal(other.asked('/off.png'), 1)
}

test('without any cache everything is served, and a player who seeks causes no second fetch', async () => {
  await playsOver(await openMediaScene({ caches: { default: offCache, media: offCache, avatars: offCache } }))
})

test('without a disk for what is on its way everything is served too', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'homebird-nodisk-')), 'file')
  writeFileSync(file, '')
  await playsOver(await openMediaScene({ spoolFolder: join(file, 'below') }))
})

test('a placeholder differs from kind to kind and is small', () => {
  const sizes = (['avatar', 'header', 'attachment', 'preview', 'emoji', 'card'] as const).map(
    (kind) => placeholderOf(kind).length,
  )
  assert.ok(
    sizes.every((size) => size > 100 && size < 3_000),
    String(sizes),
  )
  assert.equal(new Set(sizes).size, 4)
})
