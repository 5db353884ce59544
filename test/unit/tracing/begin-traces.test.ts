/** Where nobody asks for traces nothing of them is loaded. */
import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import type { ChildChannel } from '../../../server/core/child-channel.ts'
import { type Config, loadConfig } from '../../../server/core/config.ts'
import { startMessageFor } from '../../../server/appliance/start-message.ts'
import { USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import { tracerOf } from '../../../server/tracing/begin-traces.ts'

const loaded: string[] = []
registerHooks({
  resolve(specifier, context, next) {
    loaded.push(specifier)
    return next(specifier, context)
  },
})

function channelWith(env: Readonly<Record<string, string>>) {
  const notices: string[] = []
  const closers: (() => Promise<void> | void)[] = []
  const start = startMessageFor('worker', 0, {
    dataDir: '/nowhere',
    config: loadConfig({ env: { HOMEBIRD_LOG_LEVEL: 'silent', ...env } }).config,
    database: { kind: 'external', url: 'postgresql://nowhere', password: '' } as never,
    connectionsPerProcess: 1,
    machine: null,
    publicListen: null,
    privateListen: null,
    oneTimeKeyHash: '',
    windowDir: null,
    waysIn: () => [],
    vantage: '',
    conditions: USUAL_CONDITIONS,
    voice: 'speaks',
    decoderSocket: () => null,
  })
  const channel: Pick<ChildChannel<Config>, 'start' | 'notice' | 'onStop'> = {
    start,
    notice: (_level, message) => void notices.push(message),
    onStop: (close) => void closers.push(close),
  }
  return { channel, notices, closers }
}

const isLoaded = (): boolean => loaded.some((specifier) => specifier.includes('opentelemetry'))

test('without a receiver, and with one that cannot be served, nothing is loaded', async () => {
  const off = channelWith({})
  assert.equal(await tracerOf(off.channel), null)
  assert.deepEqual([off.notices, off.closers], [[], []])
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  const refused = channelWith(env)
  assert.equal(await tracerOf(refused.channel), null)
  assert.match(refused.notices[0] ?? '', /^nothing is traced: OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"/)
  assert.equal(isLoaded(), false)
})

test('with a receiver there is a tracer, which is closed with the process', async () => {
  const on = channelWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  assert.notEqual(await tracerOf(on.channel), null)
  assert.equal(on.closers.length, 1)
  assert.equal(isLoaded(), true)
  await on.closers[0]?.()
})
