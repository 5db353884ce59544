/** Who comes to the door of a home that is handed over: with the code, without it, slowly, with rubbish. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { connect } from 'node:tls'
import { connect as connectPlain } from 'node:net'
import type { Paired } from '../../../server/contracts/hand-over.ts'
import type { HandOverJob } from '../../../server/contracts/keeping.ts'
import { makeOwnCertificate } from '../../../server/core/own-certificate.ts'
import { type DeskEnd, HandOverDesk } from '../../../server/keeping/hand-over/hand-over-desk.ts'
import { type PairedListenerNeeds, openPairedListener } from '../../../server/net/paired/paired-listener.ts'
import { askPaired, streamPaired } from '../../../server/net/paired/paired-line.ts'

const SECRET = '0102030405'
const KEY = 'the backup key'
const certificate = makeOwnCertificate(new Date())

async function openDoor(
  t: TestContext,
  job: Partial<HandOverJob> = {},
  limits: PairedListenerNeeds['limits'] = {},
) {
  const told: string[] = []
  const clock = { now: Date.parse('2026-11-30T12:00:00Z'), ticks: 0 }
  const door = { host: '127.0.0.1', port: 0, key: certificate.key, certificate: certificate.certificate }
  const tell = (what: string) => async (): Promise<void> => void told.push(what)
  const desk = new HandOverDesk({
    job: {
      task: 'hand_over',
      door,
      mayMove: false,
      keys: { key: KEY, locks: [] },
      secret: SECRET,
      expiresAt: '2026-11-30T12:30:00Z',
      patienceMs: 60_000,
      given: null,
      ...job,
    },
    now: () => clock.now,
    ticks: () => clock.ticks,
    home: async () => ({
      name: 'old',
      madeBy: '1.0.0',
      schemaVersion: 1,
      identities: [],
      posts: 0,
      followers: 0,
      following: 0,
      bytes: 0,
    }),
    paired: async (peer) => void told.push(`paired ${peer}`),
    pause: tell('pause'),
    give: tell('give'),
    confirm: tell('confirm'),
    async send(into) {
      into.write('all of ')
      into.end('the home')
    },
    filling: (step) => told.push(step),
  })
  const listener = await openPairedListener({
    ...door,
    ...(limits === undefined ? {} : { limits }),
    answer: (...asked) => desk.answer(...asked),
  })
  t.after(() => listener[Symbol.asyncDispose]())
  const line = {
    host: '127.0.0.1',
    port: listener.port,
    fingerprint: certificate.fingerprint.subarray(0, 10),
  }
  const pair = async (secret: unknown = SECRET, name: unknown = 'new') =>
    (await askPaired<Paired>(line, '/pair', { secret, name })).body
  return { desk, told, clock, line, pair, port: listener.port }
}

/** Null while it goes on. */
async function ended(desk: HandOverDesk): Promise<DeskEnd['how'] | null> {
  let how: DeskEnd['how'] | null = null
  void desk.ended.then((end) => (how = end.how))
  await setImmediate()
  return how
}

test('who has the code gets everything, once, and the word in its order', async (t) => {
  const { desk, told, line, pair } = await openDoor(t)
  const { ticket, key } = await pair(SECRET, 'a\u001B[31m box\n<b>')
  assert.equal(key, KEY)
  const ask = (path: string, shown = ticket) =>
    askPaired(line, path, { step: 'read', done: 1 }, { ticket: shown })
  await assert.rejects(pair(), /code is used up/)
  await assert.rejects(ask('/give'), /not sent whole/)
  await assert.rejects(ask('/done'), /has not given the word/)
  for (const strange of ['x', `${ticket}x`, ''])
    await assert.rejects(ask('/home', strange), /paired with nobody/)
  await assert.rejects(ask('/other'), /no such question/)
  const source = await streamPaired(line, '/home', ticket, new AbortController().signal)
  assert.equal((await Array.fromAsync(source as AsyncIterable<Buffer>)).join(''), 'all of the home')
  await ask('/still')
  await ask('/give')
  await ask('/give')
  await assert.rejects(ask('/leave'), /given the word already/)
  await assert.rejects(ask('/home'), /given the word already/)
  await ask('/done')
  assert.deepEqual(told, ['paired a31m boxb', 'pause', 'read', 'give', 'give', 'confirm'])
  assert.deepEqual(await desk.ended, { how: 'confirmed', peer: 'a31m boxb' })
})

test('ten wrong codes end the offer, and rubbish is told nothing', async (t) => {
  const { desk, told, line, pair } = await openDoor(t)
  for (const wrong of ['', 'ff', {}, null, [SECRET], 'zz', SECRET.slice(2), `${SECRET}00`, '0'.repeat(5_000)])
    await assert.rejects(pair(wrong), /code is not that of its offer/)
  await assert.rejects(
    askPaired(line, '/pair', { secret: 'x'.repeat(20_000) }),
    /not understood|cannot be asked/,
  )
  assert.equal(await ended(desk), null)
  await assert.rejects(pair('0908070605'), /code is not that of its offer/)
  assert.equal(await ended(desk), 'guessed')
  await assert.rejects(pair(), /code is used up/)
  assert.deepEqual(told, [])
})

test('an offer that nobody has come for ends in time, and so does one whose taker is silent; a given word waits', async (t) => {
  const early = await openDoor(t)
  early.clock.now += 29 * 60_000
  early.desk.look()
  assert.equal(await ended(early.desk), null)
  early.clock.now += 60_000
  await assert.rejects(early.pair(), /too old/)
  early.desk.look()
  assert.equal(await ended(early.desk), 'expired')
  const quiet = await openDoor(t)
  const { ticket } = await quiet.pair()
  quiet.clock.ticks += 59_000
  await askPaired(quiet.line, '/still', {}, { ticket })
  quiet.clock.ticks += 59_000
  // A clock that is set, or a machine that has slept, makes nobody silent.
  quiet.clock.now += 365 * 86_400_000
  quiet.desk.look()
  assert.equal(await ended(quiet.desk), null)
  quiet.clock.ticks += 2_000
  quiet.desk.look()
  assert.equal(await ended(quiet.desk), 'silent')
  const given = await openDoor(t, { secret: null, given: { peer: 'new', ticketHash: 'ab'.repeat(32) } })
  given.clock.now += 86_400_000
  given.clock.ticks += 86_400_000
  given.desk.look()
  assert.equal(await ended(given.desk), null)
  await assert.rejects(given.pair(), /code is used up/)
})

test('another certificate is told nothing; slow and silent strangers are shown out', async (t) => {
  const { told, line, port } = await openDoor(t, {}, { handshakeMs: 200, requestMs: 300, idleMs: 2_000 })
  await assert.rejects(
    askPaired({ ...line, fingerprint: Buffer.alloc(10) }, '/pair', { secret: SECRET }),
    /is not the home that the code is of; nothing was said to it/,
  )
  const silent = connectPlain({ host: '127.0.0.1', port })
  silent.on('error', () => undefined)
  await once(silent, 'close')
  const slow = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  slow.on('error', () => undefined)
  slow.on('data', () => undefined)
  await once(slow, 'secureConnect')
  slow.write('POST /pair HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{')
  await once(slow, 'close')
  assert.deepEqual(told, [])
})

// Others than Linux have one address on the loopback only.
test(
  'one address that holds the door open leaves room for whoever has the code',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const { told, pair, port } = await openDoor(t)
    const strangers = Array.from({ length: 24 }, () =>
      connectPlain({ host: '127.0.0.1', port, localAddress: '127.0.0.2' }),
    )
    t.after(() => {
      for (const stranger of strangers) stranger.destroy()
    })
    for (const stranger of strangers) stranger.on('error', () => undefined)
    await Promise.all(strangers.map(async (stranger) => once(stranger, 'connect')))
    await pair()
    assert.deepEqual(told, ['paired new'])
  },
)
