/** Spans as a receiver gets them, and receivers that do not answer. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createLogger } from '../../../server/core/log.ts'
import { HomebirdError } from '../../../server/core/errors.ts'
import type { TracePlan } from '../../../server/core/trace-settings.ts'
import { type Tracer, traced } from '../../../server/core/tracer.ts'
import { openTracer } from '../../../server/tracing/open-tracer.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { TraceReceiver } from '../../support/trace-receiver.ts'
import { until } from '../../support/until.ts'

const PLAN: TracePlan = {
  endpoint: '',
  headers: { 'api-key': 'a-word' },
  protocol: 'http/json',
  timeoutMs: 10_000,
  service: 'attic',
  resource: { 'deployment.environment.name': 'test' },
  share: 1,
  delayMs: 10,
  queueSize: 2_048,
}

async function openReceiver(t: TestContext): Promise<TraceReceiver> {
  const receiver = await new TraceReceiver().open()
  afterInReverse(t, () => receiver[Symbol.asyncDispose]())
  return receiver
}

function open(t: TestContext, plan: Partial<TracePlan>) {
  let logged = ''
  const target = { write: (line: string) => (logged += line) } as unknown as NodeJS.WritableStream
  const log = createLogger('server', 'debug', target)
  const opened = openTracer({ ...PLAN, ...plan }, { part: 'server-0', log })
  afterInReverse(t, () => opened.close())
  return { ...opened, logged: () => logged }
}

const request = { name: 'GET /api/v1/accounts/:id', kind: 'server', facts: { 'http.route': 'x' } } as const
const statement = () => ({ name: 'SELECT posts', kind: 'client', facts: {} }) as const

function spans(tracer: Tracer, count: number): void {
  for (let index = 0; index < count; index += 1) tracer.begin(request)?.end()
}

test('a statement is a part of the request that it runs in, over everything that is awaited', async (t) => {
  const receiver = await openReceiver(t)
  const { tracer, close } = open(t, { endpoint: `${receiver.address}/v1/traces` })
  const work = async (): Promise<void> => {
    const root = tracer.begin(request)
    assert.ok(root !== null)
    await tracer.within(root, async () => {
      await turn()
      await traced(tracer, statement, async () => turn())
    })
    root.end()
  }
  await Promise.all([work(), work()])
  await until('both traces with their parts', () => receiver.spans.length === 4)
  await close()
  const roots = receiver.spans.filter(({ name }) => name === request.name)
  const parts = receiver.spans.filter(({ name }) => name === 'SELECT posts')
  assert.equal(roots.length, 2)
  assert.notEqual(roots[0]?.traceId, roots[1]?.traceId)
  assert.deepEqual(
    new Set(parts.map(({ traceId, parentSpanId }) => `${traceId} ${parentSpanId}`)),
    new Set(roots.map(({ traceId, spanId }) => `${traceId} ${spanId}`)),
  )
  assert.equal(roots[0]?.kind, 2)
  assert.equal(parts[0]?.kind, 3)
  assert.equal(roots[0]?.resource['service.name'], 'attic')
  assert.equal(roots[0]?.resource['deployment.environment.name'], 'test')
  assert.match(String(roots[0]?.resource['service.instance.id']), /^server-0 \d+$/)
  assert.equal(receiver.requests[0]?.path, '/v1/traces')
  assert.equal(receiver.requests[0]?.headers['api-key'], 'a-word')
})

test('outside of a trace, after its end, and where it is not kept, nothing is told and work goes on', async (t) => {
  const receiver = await openReceiver(t)
  const { tracer, close } = open(t, { endpoint: receiver.address })
  assert.equal(
    await traced(
      tracer,
      () => assert.fail('not asked'),
      async () => 'done',
    ),
    'done',
  )
  const ended = tracer.begin(request)
  assert.ok(ended !== null)
  ended.end()
  await tracer.within(ended, async () =>
    traced(
      tracer,
      () => assert.fail('not asked'),
      async () => turn(),
    ),
  )
  await until('what is told', () => receiver.spans.length > 0)
  await close()
  assert.deepEqual(
    receiver.spans.map(({ name }) => name),
    [request.name],
  )
  assert.equal(open(t, { endpoint: receiver.address, share: 0 }).tracer.begin(request), null)
})

test('what fails is marked by its code, and no message of it is told', async (t) => {
  const receiver = await openReceiver(t)
  const { tracer, close } = open(t, { endpoint: receiver.address })
  const root = tracer.begin(request)
  assert.ok(root !== null)
  const failing = tracer.within(root, async () =>
    traced(tracer, statement, async () => {
      throw new HomebirdError('FETCH_FAILED', 'https://somebody.example/private answered')
    }),
  )
  await assert.rejects(failing, /somebody/)
  root.end()
  await until('both', () => receiver.spans.length === 2)
  await close()
  const part = receiver.spans.find(({ name }) => name === 'SELECT posts')
  assert.equal(part?.status, 2)
  assert.equal(part?.facts['error.type'], 'FETCH_FAILED')
  assert.doesNotMatch(receiver.raw, /somebody/)
})

test('protobuf is sent where it is asked for', async (t) => {
  const receiver = await openReceiver(t)
  const { tracer, close } = open(t, { endpoint: receiver.address, protocol: 'http/protobuf' })
  spans(tracer, 1)
  await until('it has come', () => receiver.raw !== '')
  await close()
  assert.equal(receiver.requests[0]?.headers['content-type'], 'application/x-protobuf')
  assert.match(receiver.raw, /GET \/api\/v1\/accounts\/:id/)
})

test('a receiver that refuses is told of once, and once more when it takes spans again', async (t) => {
  const receiver = await openReceiver(t)
  receiver.mood = 'refuses'
  const { tracer, logged } = open(t, { endpoint: receiver.address })
  for (let round = 1; round <= 3; round += 1) {
    spans(tracer, 1)
    await until('a refusal', () => receiver.requests.length >= round)
  }
  await until('the line', () => logged().includes('traces.not_sent'))
  receiver.mood = 'takes'
  await until('the other line', () => {
    spans(tracer, 1)
    return logged().includes('traces.sent_again')
  })
  assert.equal(logged().split('traces.not_sent').length, 2)
})

test('a receiver that is not there harms nobody', async (t) => {
  const receiver = await new TraceReceiver().open()
  const endpoint = receiver.address
  await receiver[Symbol.asyncDispose]()
  const { tracer, close, logged } = open(t, { endpoint, timeoutMs: 300 })
  spans(tracer, 5_000)
  await until('the line', () => logged().includes('traces.not_sent'))
  await close()
})
