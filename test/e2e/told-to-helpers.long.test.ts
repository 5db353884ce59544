/** What a home tells those who look after it from outside: where its time goes, and never of whom or what. */
import assert from 'node:assert/strict'
import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { PeeredHome } from '../support/peered-home.ts'
import { readZip } from '../support/read-zip.ts'
import { type ReceivedSpan, TraceReceiver } from '../support/trace-receiver.ts'
import { until } from '../support/until.ts'

const WORDS = 'the heron stands in the shallow water'
const SERVERS = 2
const TOKEN = 'a-token-that-nobody-sees'
const RECEIVER_KEY = 'a-key-of-the-receiver'

let receiver: TraceReceiver
let world: PeeredHome
before(async () => {
  receiver = await new TraceReceiver().open()
  world = await PeeredHome.open({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      HOMEBIRD_SERVER_PROCESSES: String(SERVERS),
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${RECEIVER_KEY}`,
      HOMEBIRD_METRICS: 'true',
      HOMEBIRD_METRICS_TOKEN: TOKEN,
    },
  })
  await world.owner.writes(`@${world.friend.handle} ${WORDS}`, { visibility: 'direct' })
  await world.friendPeer.sharedInbox.waitFor((one) => one.type === 'Create')
})
after(async () => receiver[Symbol.asyncDispose]())

const spanWith = async (what: string, fits: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> =>
  until(what, () => receiver.spans.find(fits))

test('a request is a trace with its statements in it, by the pattern of its route', async () => {
  const request = await spanWith('the request', ({ name }) => name === 'POST /api/v1/statuses')
  assert.equal(request.parentSpanId ?? '', '')
  assert.equal(request.facts['homebird.listener'], 'private')
  assert.equal(request.facts['http.response.status_code'], 200)
  const statement = await spanWith(
    'its statement',
    ({ name, traceId }) => name === 'INSERT posts' && traceId === request.traceId,
  )
  assert.notEqual(statement.parentSpanId ?? '', '')
  assert.match(String(statement.facts['db.query.text']), /insert into "?posts"? .*\$\d/s)
  assert.match(String(request.resource['service.instance.id']), /^server-\d \d+$/)
})

test('a delivery is an exchange with its host within the task that makes it, with graph, state and verdict', async () => {
  const delivery = await spanWith(
    'the delivery',
    ({ facts }) => facts['server.address'] === 'friend.example' && facts['http.request.method'] === 'POST',
  )
  assert.equal(delivery.facts['http.response.status_code'], 202)
  const task = await spanWith(
    'its task',
    ({ traceId, spanId }) => traceId === delivery.traceId && spanId === delivery.parentSpanId,
  )
  assert.equal(task.kind, 5)
  assert.equal(task.facts['homebird.graph'], 'fan_outs')
  assert.match(String(task.facts['homebird.verdict']), /sent/)
  assert.match(String(task.resource['service.instance.id']), /^worker-0 \d+$/)
})

test('no word of a post, no handle, no id and no address of a document is told', async () => {
  await spanWith('the request', ({ name }) => name === 'POST /api/v1/statuses')
  await spanWith('the delivery', ({ facts }) => facts['server.address'] === 'friend.example')
  assert.doesNotMatch(receiver.raw, /heron|shallow/)
  assert.doesNotMatch(receiver.raw, /@friend|@ben|users\/friend/)
  assert.ok(!receiver.raw.includes(world.me.id))
  assert.doesNotMatch(receiver.raw, /https:\/\//)
})

test('figures of every server and worker process are read at one address', async () => {
  const text = await until('all three', async () => {
    const answer = await world.owner.raw('/metrics')
    const isWhole = ['server-0', 'server-1', 'worker-0'].every((part) =>
      answer.text().includes(`homebird_pool_connections{part="${part}"}`),
    )
    return isWhole && answer.text()
  })
  assert.match(text, /homebird_part_up\{part="worker-0"\} 1/)
  assert.doesNotMatch(text, /heron|friend/)
})

const HIDDEN = [
  TOKEN,
  RECEIVER_KEY,
  'heron',
  'shallow',
  'friend@',
  '@friend',
  'users/friend',
  '203.0.113.77',
  '2001:db8::77',
]

/** Lines such as a part of the home might write on a bad day: what they hold is in no bundle. */
async function pourIntoLogs(): Promise<void> {
  const line = {
    level: 'error',
    time: new Date().toISOString(),
    part: 'worker',
    event: 'bad.day',
    message: `cannot read "${WORDS}" by @${world.friend.handle} (${world.friend.uri}) of 203.0.113.77 and 2001:db8::77 with ${TOKEN}`,
    answer: JSON.stringify({ content: WORDS, author: 'ben', key: RECEIVER_KEY }),
  }
  await appendFile(join(world.home.dataDir, 'logs', 'homebird.log'), `${JSON.stringify(line)}\n`)
}

function holdsNobody(text: string): void {
  assert.ok(text.includes('bad.day'))
  assert.ok(text.includes('friend.example'), 'hosts of others stay')
  for (const hidden of [...HIDDEN, world.home.password]) assert.ok(!text.includes(hidden), hidden)
  assert.doesNotMatch(text, /\bben\b|home\.example/, 'the owner')
}

test('a help bundle holds no secret, no handle, no address and no word of a post, in the window and by command', async () => {
  await pourIntoLogs()
  const inWindow = await world.owner.raw('/api/homebird/v1/help-bundle')
  assert.equal(inWindow.status, 200)
  holdsNobody(inWindow.text())
  const shown = await world.home.command('help-bundle')
  assert.equal(shown.code, 0, shown.stderr)
  holdsNobody(shown.stdout)
  assert.match(shown.stdout, /"namesOfOwnerAreKnown": true/)
  const path = join(world.home.dataDir, 'for-a-helper.zip')
  const saved = await world.home.command('help-bundle', path)
  assert.equal(saved.code, 0, saved.stderr)
  const files = await readZip(await readFile(path))
  assert.deepEqual(
    [...files.keys()].map((name) => name.split('/')[1]),
    ['program.txt', 'settings.txt', 'status.txt', 'doctor.txt', 'journal.txt', 'log.txt'],
  )
  holdsNobody([...files.values()].join('\n'))
  const again = await world.home.command('help-bundle', path)
  assert.match(again.stderr, /is there already; give another name/)
})
