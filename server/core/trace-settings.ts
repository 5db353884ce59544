/**
 * The settings of traces, by the names that every program of OpenTelemetry reads. Such variables often stand in an
 * environment for the sake of others: what cannot be done here turns traces off and says why, and never keeps a home
 * from starting.
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
import { REMOVED } from './redact.ts'
import { setting } from './setting.ts'
import { oneOf, type SettingType } from './setting-types.ts'

type Pairs = Readonly<Record<string, string>>

const MOST_PAIRS_LENGTH = 8_192

/** None of these types refuses a value. */
const anyText: SettingType<string> = { name: 'text', parse: (raw) => raw }

/** What is longer is taken for a key. */
const MOST_PATH_WORD = 15

/** Some receivers take their key in the address: in front of the host, in the path, or behind a question mark. */
const address: SettingType<string> = { ...anyText, redact: withoutKeys, show: withoutKeys }

function withoutKeys(raw: string): string {
  const [, scheme = '', rest = ''] = /^\s*([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(raw) ?? []
  const [whole = '', ...more] = rest.split(/[?#]/)
  const place = whole.slice(whole.lastIndexOf('@') + 1)
  const [host = '', ...path] = place.split('/')
  const words = path.map((word) => (word.length > MOST_PATH_WORD ? REMOVED : word))
  const user = place === whole ? '' : `${REMOVED}@`
  return `${scheme}${user}${[host, ...words].join('/')}${more.length === 0 ? '' : `?${REMOVED}`}`
}

/** Only this word counts, as the specification has it. */
const isTrue: SettingType<boolean> = {
  name: 'true or false',
  parse: (raw) => raw.trim().toLowerCase() === 'true',
}

/** As in W3C Baggage: `name=value,name=value`, values percent-encoded. Null for what is no such list. */
const pairs: SettingType<Pairs | null> = {
  name: 'list name=value,name=value',
  parse(raw) {
    if (raw.length > MOST_PAIRS_LENGTH) return null
    const parts = raw.split(',').map((part) => part.trim())
    const named = parts.filter((part) => part !== '').map((part) => [part, part.indexOf('=')] as const)
    if (named.some(([, split]) => split < 1)) return null
    return Object.fromEntries(
      named.map(([part, split]) => [part.slice(0, split).trim(), decoded(part.slice(split + 1).trim())]),
    )
  },
  show: (value) =>
    value === null
      ? 'no list of name=value'
      : Object.entries(value)
          .map(([name, one]) => `${name}=${encodeURIComponent(one)}`)
          .join(','),
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value // it holds a percent sign that stands for itself
  }
}

export const TRACE_SETTINGS = {
  traceBase: setting({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    type: address,
    fallback: '',
    help: 'address of a receiver of traces (OTLP over HTTP), such as http://127.0.0.1:4318; v1/traces is put behind it. Empty: nothing is traced',
  }),
  traceEndpoint: setting({
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    type: address,
    fallback: '',
    help: 'the whole address of a receiver of traces, as it stands; it wins over the one above',
  }),
  traceHeaders: setting({
    env: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    aliases: ['OTEL_EXPORTER_OTLP_HEADERS'],
    type: pairs,
    fallback: '',
    help: 'headers that the receiver wants, such as its key: name=value,name=value',
    secret: true,
  }),
  traceProtocol: setting({
    env: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    aliases: ['OTEL_EXPORTER_OTLP_PROTOCOL'],
    type: anyText,
    fallback: 'http/protobuf',
    help: 'http/protobuf or http/json; grpc is not spoken here',
  }),
  traceTimeout: setting({
    env: 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
    aliases: ['OTEL_EXPORTER_OTLP_TIMEOUT'],
    type: anyText,
    fallback: '10000',
    help: 'milliseconds until a receiver that does not answer is given up, at most 60000',
  }),
  traceExporter: setting({
    env: 'OTEL_TRACES_EXPORTER',
    type: anyText,
    fallback: 'otlp',
    help: 'otlp, or none for no traces',
  }),
  traceDisabled: setting({
    env: 'OTEL_SDK_DISABLED',
    type: isTrue,
    fallback: 'false',
    help: 'true: nothing is traced, whatever else is set',
  }),
  traceService: setting({
    env: 'OTEL_SERVICE_NAME',
    type: anyText,
    fallback: '',
    help: 'the name of this home among what is traced; empty means homebird',
  }),
  traceResource: setting({
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    type: pairs,
    fallback: '',
    help: 'what else is told of this home with its traces, such as deployment.environment.name=attic',
  }),
  traceSampler: setting({
    env: 'OTEL_TRACES_SAMPLER',
    type: anyText,
    fallback: 'parentbased_always_on',
    help: 'which traces are kept: always_on, always_off, traceidratio, or one of them behind parentbased_, which is the same here, where every trace begins in this home',
  }),
  traceShare: setting({
    env: 'OTEL_TRACES_SAMPLER_ARG',
    type: anyText,
    fallback: '',
    help: 'for traceidratio the share that is kept, from 0 to 1; empty keeps all',
  }),
  traceDelay: setting({
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    type: anyText,
    fallback: '5000',
    help: 'milliseconds for which spans are gathered before they are sent',
  }),
  traceQueue: setting({
    env: 'OTEL_BSP_MAX_QUEUE_SIZE',
    type: anyText,
    fallback: '2048',
    help: 'most spans of a process that wait to be sent; what comes on top of them is lost',
  }),
}

/** What has been asked for, as it can be done. */
export interface TracePlan {
  readonly endpoint: string
  readonly headers: Pairs
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly timeoutMs: number
  readonly service: string
  readonly resource: Pairs
  /** From 0 to 1. */
  readonly share: number
  readonly delayMs: number
  readonly queueSize: number
}

type TraceConfig = {
  readonly [N in keyof typeof TRACE_SETTINGS]: (typeof TRACE_SETTINGS)[N]['type'] extends SettingType<infer T>
    ? T
    : never
}

export type Traces =
  | { readonly kind: 'off' }
  | { readonly kind: 'on'; readonly plan: TracePlan }
  /** Asked for and not possible: a sentence with variable, value and remedy. */
  | { readonly kind: 'refused'; readonly why: string }

const SERVICE = 'homebird'
const MOST_TIMEOUT_MS = 60_000
const MOST_DELAY_MS = 600_000
const MOST_QUEUE = 100_000

export function planTraces(config: TraceConfig): Traces {
  const exporter = config.traceExporter.trim().toLowerCase()
  const isAsked = config.traceEndpoint.trim() !== '' || config.traceBase.trim() !== ''
  if (!isAsked || config.traceDisabled || exporter === 'none') return { kind: 'off' }
  try {
    if (exporter !== 'otlp') refused('OTEL_TRACES_EXPORTER', exporter, 'set otlp or none')
    const { 'service.name': named = SERVICE, ...resource } = listOf(
      'OTEL_RESOURCE_ATTRIBUTES',
      config.traceResource,
    )
    const plan = {
      endpoint: endpointOf(config),
      headers: listOf('OTEL_EXPORTER_OTLP_HEADERS', config.traceHeaders),
      protocol: protocolOf(config.traceProtocol),
      timeoutMs: numberOf('OTEL_EXPORTER_OTLP_TIMEOUT', config.traceTimeout, 100, MOST_TIMEOUT_MS),
      service: config.traceService.trim() === '' ? named : config.traceService.trim(),
      resource,
      share: shareOf(config.traceSampler.trim().toLowerCase(), config.traceShare.trim()),
      delayMs: numberOf('OTEL_BSP_SCHEDULE_DELAY', config.traceDelay, 0, MOST_DELAY_MS),
      queueSize: numberOf('OTEL_BSP_MAX_QUEUE_SIZE', config.traceQueue, 1, MOST_QUEUE),
    }
    return { kind: 'on', plan }
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error
    return { kind: 'refused', why: error.message }
  }
}

class Unsuitable extends Error {}

function refused(variable: string, value: string, remedy: string): never {
  throw new Unsuitable(`${variable} is ${JSON.stringify(value)}; ${remedy}`)
}

/** What stands there is not repeated: it may hold a key. */
function listOf(variable: string, value: Pairs | null): Pairs {
  const remedy = `write name=value,name=value, in ${MOST_PAIRS_LENGTH} characters at most`
  return value ?? refused(variable, '(hidden)', remedy)
}

function endpointOf({ traceEndpoint, traceBase }: TraceConfig): string {
  const isWhole = traceEndpoint.trim() !== ''
  const variable = isWhole ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT'
  const url = URL.parse((isWhole ? traceEndpoint : traceBase).trim())
  const remedy =
    'give the http or https address of a receiver, without a name and a password in it, such as http://127.0.0.1:4318'
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.username !== '' ||
    url.password !== ''
  ) {
    // What does not parse may hold a password, and a user may be a key: neither is repeated.
    const isHidden = url === null || url.username !== '' || url.password !== ''
    return refused(variable, isHidden ? '(hidden)' : withoutKeys(url.href), remedy)
  }
  if (!isWhole) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url.href
}

const protocolType = oneOf('http/protobuf', 'http/json')

function protocolOf(raw: string): TracePlan['protocol'] {
  try {
    return protocolType.parse(raw)
  } catch {
    return refused(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      raw,
      'set http/protobuf or http/json, which receivers take at port 4318',
    )
  }
}

function numberOf(variable: string, raw: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(raw.trim()) ? Number(raw) : Number.NaN
  if (value >= least && value <= most) return value
  return refused(variable, raw, `set a whole number from ${least} to ${most}`)
}

function shareOf(sampler: string, argument: string): number {
  switch (sampler.replace(/^parentbased_/, '')) {
    case 'always_on':
      return 1
    case 'always_off':
      return 0
    case 'traceidratio': {
      const share = argument === '' ? 1 : Number(argument)
      if (share >= 0 && share <= 1) return share
      return refused('OTEL_TRACES_SAMPLER_ARG', argument, 'set a number from 0 to 1')
    }
    default:
      return refused('OTEL_TRACES_SAMPLER', sampler, 'set always_on, always_off or traceidratio')
  }
}
