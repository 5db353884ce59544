/** A receiver of traces that takes everything and never answers: the home neither waits for it nor keeps much for it. */
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { test } from 'node:test'
import { createLogger } from '../../../server/core/log.ts'
import { openTracer } from '../../../server/tracing/open-tracer.ts'
import { TraceReceiver } from '../../support/trace-receiver.ts'
import { until } from '../../support/until.ts'

const MOST_BYTES = 60_000_000
const EXPORT_MS = 200_000
/** The home gives it up after 1.8 s; whoever waited for the export would be here later than this. */
const WAITED_FOR_MS = 150_000

test(
  'it costs a bounded queue, and an end that does not wait for it',
  { timeout: WAITED_FOR_MS },
  async (t) => {
    const receiver = await new TraceReceiver().open()
    t.after(() => receiver[Symbol.asyncDispose]())
    receiver.mood = 'hang'
    const { tracer, close } = openTracer(
      {
        endpoint: receiver.address,
        headers: {},
        protocol: 'http/json',
        timeoutMs: EXPORT_MS,
        service: 'attic',
        resource: {},
        share: 1,
        delayMs: 10,
        queueSize: 64,
      },
      { part: 'server-0', log: createLogger('server', 'silent') },
    )
    const spans = (count: number): void => {
      for (let index = 0; index < count; index += 1)
        tracer.begin({ name: 'GET /', kind: 'server', facts: {} })?.end()
    }
    spans(64)
    await until('spans to be on their way', () => receiver.requests.length > 0)
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    collect()
    const before = process.memoryUsage().heapUsed
    // Beyond the queue they are lost at once; whoever traces never waits.
    spans(200_000)
    collect()
    assert.ok(process.memoryUsage().heapUsed - before < MOST_BYTES)
    await close()
    assert.ok(receiver.requests.length <= 3, `${receiver.requests.length} requests`)
  },
)
