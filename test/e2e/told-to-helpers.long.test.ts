/** What a home tells those who look after it from outside: where its time goes, and never of whom or what. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PeeredHome } from '../support/peered-home.ts'
import { type ReceivedSpan, TraceReceiver } from '../support/trace-receiver.ts'
import { until } from '../support/until.ts'

const WORDS = 'the heron stands in the shallow water'
const SERVERS = 2

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
      HOMEBIRD_METRICS: 'true',
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

test('no word of a post, no handle, no id and no address of a document is told', () => {
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
