import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SETTINGS } from '../../../server/core/settings.ts'
import { shownText } from '../../../server/core/setting-types.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { changedSettings, secretSettings } from '../../../server/core/secret-settings.ts'
import { type Traces, planTraces } from '../../../server/core/trace-settings.ts'

const planned = (env: Readonly<Record<string, string>>): Traces => planTraces(loadConfig({ env }).config)

function planOf(env: Readonly<Record<string, string>>) {
  const traces = planned(env)
  if (traces.kind !== 'on') return assert.fail(JSON.stringify(traces))
  return traces.plan
}

const BASE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }

test('nothing is traced unless a receiver is named, nor where it is switched off', () => {
  assert.equal(planned({}).kind, 'off')
  assert.equal(planned({ OTEL_SERVICE_NAME: 'attic', OTEL_TRACES_SAMPLER: 'always_on' }).kind, 'off')
  assert.equal(planned({ ...BASE, OTEL_SDK_DISABLED: 'true' }).kind, 'off')
  assert.equal(planned({ ...BASE, OTEL_SDK_DISABLED: '1' }).kind, 'on', 'only the word true counts')
  assert.equal(planned({ ...BASE, OTEL_TRACES_EXPORTER: 'none' }).kind, 'off')
  assert.equal(planned({ OTEL_RESOURCE_ATTRIBUTES: 'for others', OTEL_SDK_DISABLED: 'maybe' }).kind, 'off')
})

test('the path of traces is put behind a base address, and a whole address stays as it is', () => {
  assert.equal(planOf(BASE).endpoint, 'http://127.0.0.1:4318/v1/traces')
  const below = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/otlp/' }
  assert.equal(planOf(below).endpoint, 'https://collector.example/otlp/v1/traces')
  const whole = { ...BASE, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/in' }
  assert.equal(planOf(whole).endpoint, 'https://collector.example/in')
})

test('service, resource, headers, share and times are read as every program of OpenTelemetry reads them', () => {
  const plan = planOf({
    ...BASE,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=abc%20def, x-team = birds',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=unused,deployment.environment.name=attic',
    OTEL_SERVICE_NAME: 'home of ana',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  })
  assert.deepEqual(plan, {
    endpoint: 'http://127.0.0.1:4318/v1/traces',
    headers: { 'api-key': 'abc def', 'x-team': 'birds' },
    protocol: 'http/json',
    timeoutMs: 2_500,
    service: 'home of ana',
    resource: { 'deployment.environment.name': 'attic' },
    share: 0.25,
    delayMs: 5_000,
    queueSize: 2_048,
  })
  assert.equal(planOf({ ...BASE, OTEL_RESOURCE_ATTRIBUTES: 'service.name=attic' }).service, 'attic')
  assert.equal(planOf(BASE).service, 'homebird')
  assert.equal(planOf({ ...BASE, OTEL_TRACES_SAMPLER: 'always_off' }).share, 0)
})

test('what cannot be done turns traces off with variable, value and remedy, and no home is kept from starting', () => {
  const REFUSED: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"; set http\/protobuf or/],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, /OTEL_TRACES_EXPORTER is "zipkin"; set otlp or none/],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /OTEL_TRACES_SAMPLER is "jaeger_remote"/],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '7' },
      /OTEL_TRACES_SAMPLER_ARG is "7"; set a number from 0 to 1/,
    ],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '10s' }, /is "10s"; set a whole number from 100 to 60000/],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'unix:///run/otel' },
      /is "unix:\/\/\/run\/otel"; give the http or https/,
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:hidden-word@x.example' }, /is "\(hidden\)"; give the http/],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'hidden-word' },
      /OTEL_EXPORTER_OTLP_HEADERS is "\(hidden\)"; write name=value/,
    ],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'team' }, /OTEL_RESOURCE_ATTRIBUTES is "\(hidden\)"; write name=value/],
    [{ OTEL_RESOURCE_ATTRIBUTES: `a=${'b'.repeat(9_000)}` }, /in 8192 characters at most/],
    [{ OTEL_TRACES_SAMPLER: 'x'.repeat(3_000) }, /OTEL_TRACES_SAMPLER is "xxx/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost' }, /OTEL_EXPORTER_OTLP_ENDPOINT is "\(hidden\)"/],
  ]
  for (const [env, why] of REFUSED) {
    const traces = planned({ ...BASE, ...env })
    assert.equal(traces.kind, 'refused', JSON.stringify(env))
    assert.match(traces.kind === 'refused' ? traces.why : '', why)
    assert.doesNotMatch(JSON.stringify(traces), /hidden-word/)
  }
})

test('headers of the receiver are secret, each value of them', () => {
  const { config } = loadConfig({ env: { ...BASE, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=very-secret-word' } })
  assert.ok(secretSettings(config).includes('very-secret-word'))
  assert.doesNotMatch(JSON.stringify(changedSettings(config)), /very-secret-word/)
})

test('an address of a receiver is shown without the key that may stand in it, and used with it', () => {
  const SHOWN: Readonly<Record<string, string>> = {
    'http://127.0.0.1:4318': 'http://127.0.0.1:4318',
    'https://collector.example/otlp/v1?api-key=very-secret-word#x':
      'https://collector.example/otlp/v1?[removed]',
    'https://collector.example/in/very-secret-word-of-mine/v1': 'https://collector.example/in/[removed]/v1',
    'https://very-secret-word@collector.example/otlp': 'https://[removed]@collector.example/otlp',
    'very-secret-word:again@collector.example': '[removed]@collector.example',
  }
  for (const [given, shown] of Object.entries(SHOWN))
    for (const name of ['traceBase', 'traceEndpoint'] as const) {
      const { env, type } = SETTINGS[name]
      const { config } = loadConfig({ env: { [env]: given } })
      assert.equal(shownText(SETTINGS[name], config[name]), shown)
      assert.equal(type.redact?.(given), shown, 'where it is set from the command line')
      assert.equal(changedSettings(config)[env], shown)
      assert.doesNotMatch(
        JSON.stringify(planTraces({ ...config, traceExporter: 'zipkin' })),
        /very-secret-word/,
      )
      assert.doesNotMatch(
        JSON.stringify(planned({ [env]: given.replace('https', 'ftp') })),
        /very-secret-word/,
      )
    }
  const keyed = planOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/in?api-key=abc' })
  assert.equal(keyed.endpoint, 'https://collector.example/in?api-key=abc')
})
