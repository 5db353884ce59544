/**
 * Requests that are wrong before anybody looks at what they carry: other hosts, methods, types and spellings, two
 * lengths for one body, requests that never end, and too many good ones.
 * @see security rules 34, 80, 81, 84, 86
 */
import assert from 'node:assert/strict'
import { type Socket, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { SendOptions } from '../support/fake-peer-actor.ts'
import { type FakeActor, type PeerAnswer, sendRaw } from '../support/fake-peer.ts'
import { HOME_HOST, PeeredHome } from '../support/peered-home.ts'

const RATE = 30

let world: PeeredHome
let friend: FakeActor
const open: Socket[] = []
/** What is answered to a request whose headers never end. They are all begun first: the limit is 15 s. */
let headless = Promise.resolve('')
const HEAD = `POST /ap/inbox HTTP/1.1\r\nHost: ${HOME_HOST}\r\nContent-Type: application/activity+json\r\n`

before(async () => {
  world = await PeeredHome.open({ strangers: 4, env: { HOMEBIRD_INBOX_RATE: String(RATE) } })
  ;({ friend } = world)
  ;[headless = Promise.resolve('')] = startEndlessly()
})
after(() => {
  for (const socket of open) socket.destroy()
})

/** A hundred requests that begin and do not go on. */
function startEndlessly(): Promise<string>[] {
  const lengths = ['', 'Content-Length: 1000\r\n\r\n{', 'Transfer-Encoding: chunked\r\n\r\n5\r\n{']
  return Array.from({ length: 100 }, async (_, n) =>
    says(`${HEAD}${lengths[n % lengths.length]}`).catch(() => ''),
  )
}

const sends = async (options: SendOptions): Promise<PeerAnswer> =>
  friend.sends(world.target, world.create(friend), options)

for (const contentType of [
  'application/json',
  'text/plain',
  'text/html',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/activity+jsonx',
  'application/xml',
  '*/*',
]) {
  test(`refused: an activity as ${contentType}`, async () => {
    await world.refuses(415, async () => sends({ contentType }))
  })
}

test('refused: an activity of no type', async () => {
  const covers = ['(request-target)', 'host', 'date', 'digest']
  await world.refuses(415, async () => sends({ covers, headers: { 'content-type': '' } }))
})

for (const type of [
  'application/activity+json; charset=utf-8',
  'application/ld+json; profile="x"',
  'Application/LD+JSON',
]) {
  test(`taken: an activity as ${type}`, async () => {
    const words = `as ${type.toLowerCase()}`.replaceAll('"', '')
    const activity = friend.create(friend.note({ content: words }))
    assert.equal((await friend.sends(world.target, activity, { contentType: type })).status, 202)
    await world.shows(words)
  })
}

for (const host of [
  'elsewhere.example',
  '127.0.0.1',
  'localhost',
  `${HOME_HOST}.evil.example`,
  `www.${HOME_HOST}`,
  'x',
]) {
  test(`refused: a request that is meant for ${host}`, async () => {
    const forwarded = { 'x-forwarded-host': HOME_HOST, forwarded: `host=${HOME_HOST}`, 'x-host': HOME_HOST }
    await world.refuses(421, async () => sends({ signedHost: host, lateHeaders: { host, ...forwarded } }))
  })
}

for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`refused: ${method} on an inbox, whatever else its headers say`, async () => {
    const override = {
      'x-http-method-override': 'POST',
      'x-http-method': 'POST',
      'x-method-override': 'POST',
    }
    await world.refuses([404, 405], async () => sends({ method, lateHeaders: override }))
  })
}

for (const path of [
  '/ap/inbox/',
  '//ap/inbox',
  '/AP/INBOX',
  '/ap/%69nbox',
  '/ap//inbox',
  '/ap/./inbox',
  '/ap/x/../inbox',
  '/ap/inbox.json',
  '/ap/inbox;x=1',
  '/inbox',
  '/ap/actors/1/inbox',
  '/ap/actors/0/inbox',
  '/ap/actors/-1/inbox',
  '/ap/actors/99999999999999999999/inbox',
  '/ap/actors/%00/inbox',
  '/ap/actors/1%20or%201=1/inbox',
]) {
  test(`refused: an activity at ${path}`, async () => {
    await world.refuses([400, 404], async () => sends({ path }))
  })
}

test('headers that name another path change nothing', async () => {
  const path = '/api/homebird/v1/state'
  const headers = [
    ['X-Original-URL', path],
    ['X-Rewrite-URL', path],
    ['X-Forwarded-Uri', path],
    ['X-HTTP-Method-Override', 'DELETE'],
  ] as const
  const answer = await sendRaw(world.target, { method: 'GET', path: '/livez', headers })
  assert.deepEqual(answer.json(), { status: 'OK' })
})

test('what is the owner’s is not even there for the public', async () => {
  for (const path of [
    '/api/homebird/v1/state',
    '/api/homebird/v1/session',
    '/api/homebird/v1/home',
    '/index.html',
    '/set-up',
  ]) {
    for (const method of ['GET', 'POST']) {
      const answer = await sendRaw(world.target, {
        method,
        path,
        headers: [['X-Forwarded-For', '127.0.0.1']],
      })
      assert.equal(answer.status, 404, `${method} ${path}`)
    }
  }
})

/** Says exactly these bytes and gives everything that is answered until the home hangs up. */
async function says(bytes: string): Promise<string> {
  const socket = connect(world.target.port, '127.0.0.1')
  open.push(socket)
  socket.write(bytes)
  return text(socket)
}

const HIDDEN = `GET /livez HTTP/1.1\r\nHost: ${HOME_HOST}\r\nConnection: close\r\n\r\n`

/** Two readings of one message: whoever stands before the home may see another end than the home does. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'two lengths': `${HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde${HIDDEN}`,
  'two lengths in one header': `${HEAD}Content-Length: 4, 4\r\n\r\nabcd${HIDDEN}`,
  'a length and chunks': `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'chunks and a length': `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'an encoding that is none': `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'chunked, but not last': `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'a length with a sign': `${HEAD}Content-Length: +4\r\n\r\nabcd${HIDDEN}`,
  'a negative length': `${HEAD}Content-Length: -1\r\n\r\n${HIDDEN}`,
  'a length in hexadecimal': `${HEAD}Content-Length: 0x4\r\n\r\nabcd${HIDDEN}`,
  'a length without end': `${HEAD}Content-Length: 99999999999999999999\r\n\r\nabcd`,
  'a blank before the colon': `${HEAD}Content-Length : 4\r\n\r\nabcd${HIDDEN}`,
  'a header over two lines': `${HEAD}X-Long: a\r\n b\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  'lines that end in a line feed only': `${HEAD.replaceAll('\r\n', '\n')}Content-Length: 4\n\nabcd${HIDDEN}`,
  'a carriage return in a header': `${HEAD}X-Odd: a\rTransfer-Encoding: chunked\r\n\r\n${HIDDEN}`,
  'a NUL in a header': `${HEAD}X-Odd: a\0b\r\n\r\n${HIDDEN}`,
  'a chunk length that is none': `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n${HIDDEN}`,
  'a chunk of a negative length': `${HEAD}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${HIDDEN}`,
  'no host': `POST /ap/inbox HTTP/1.1\r\nContent-Length: 0\r\n\r\n${HIDDEN}`,
  'no protocol': `POST /ap/inbox\r\n\r\n${HIDDEN}`,
  'another protocol': `POST /ap/inbox HTTP/2.0\r\nHost: ${HOME_HOST}\r\n\r\n${HIDDEN}`,
}
for (const [name, bytes] of Object.entries(AMBIGUOUS)) {
  test(`refused, and the connection with it: ${name}`, async () => {
    let answered = ''
    await world.refuses(400, async () => {
      answered = await says(bytes)
      return answerLike(answered)
    })
    assert.equal(answered.match(/HTTP\/1\.1 /g)?.length, 1, answered)
  })
}

test('refused: headers without end', async () => {
  for (const headers of [`X-Big: ${'x'.repeat(100_000)}\r\n`, 'X: y\r\n'.repeat(50_000)]) {
    const answered = await says(`${HEAD}${headers}\r\n`).catch(() => 'HTTP/1.1 431 (hung up)')
    assert.match(answered, /^HTTP\/1\.1 (?:400|431) /)
  }
})

test('requests that never end keep nobody else waiting, and are ended', async () => {
  await world.control()
  assert.match(await headless, /^HTTP\/1\.1 408 /)
})

test('put off: more than so many activities of one server in five minutes, and nobody else’s', async () => {
  const eve = world.stranger('eager')
  for (let n = 0; n < RATE; n += 1) {
    assert.equal((await eve.sends(world.target, eve.create(eve.note()))).status, 202)
  }
  const { headers } = await world.refuses(429, async () => eve.sends(world.target, world.create(eve)))
  const retryAfter = Number(headers['retry-after'])
  assert.ok(retryAfter >= 1 && retryAfter <= 300, `Retry-After: ${headers['retry-after']}`)
  const other = (eve.peer as typeof world.friendPeer).actor('other')
  await world.refuses(429, async () => other.sends(world.target, world.create(other)), {
    asks: ['/users/other'],
  })
  await world.control()
})

test('signatures that do not hold use nothing up for those that do', async () => {
  const eve = world.stranger('wronged')
  await world.takes(eve, world.create(eve))
  for (let n = 0; n < RATE; n += 1) {
    const { status } = await eve.sends(world.target, world.create(eve), { digestOf: 'something else' })
    assert.equal(status, 401)
  }
  await world.takes(eve, world.create(eve))
})

test('refusals are kept by no cache and tell nothing of the inside', async () => {
  const answers = await Promise.all([
    sends({ scheme: 'none' }),
    sends({ contentType: 'text/plain' }),
    sends({ path: '/ap/nothing' }),
    sends({ body: '{' }),
    sends({ lateHeaders: { host: 'elsewhere.example' } }),
  ])
  for (const answer of answers) {
    assert.match(answer.headers['cache-control'] ?? '', /no-store/)
    assert.deepEqual(Object.keys(answer.json()), ['error'])
    assert.doesNotMatch(answer.text(), /node_modules|\.ts|select|stack|postgres/i)
    assert.equal(answer.headers['x-powered-by'], undefined)
  }
})

function answerLike(answered: string): PeerAnswer {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answered)?.[1] ?? 0)
  const empty = Buffer.alloc(0)
  return { status, headers: {}, body: empty, text: () => answered, json: () => ({}) }
}
