/**
 * Spans of this process by OpenTelemetry's own library, sent to the receiver that the owner has named. Nothing of it is
 * made known to the process as a whole: the parts that trace are given their tracer, and nothing else is.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { hostname } from 'node:os'
import {
  type Context,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  SpanKind,
  SpanStatusCode,
  type Tracer as SdkTracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Logger } from '../core/log.ts'
import type { TracePlan } from '../core/trace-settings.ts'
import type { Span, SpanFacts, SpanStart, Tracer } from '../core/tracer.ts'
import { VERSION } from '../core/version.ts'
import { ToldExporter } from './told-exporter.ts'

const CLOSE_MS = 1_800
/** One that did not answer the last time is hardly waited for. */
const CLOSE_SILENT_MS = 200
const MOST_BATCH = 512
const MOST_VALUE_LENGTH = 2_000

const KINDS = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
} as const satisfies Record<SpanStart['kind'], SpanKind>

interface OpenTracer {
  readonly tracer: Tracer
  /** Sends what has been gathered, for 2 s at most. Never throws. */
  readonly close: () => Promise<void>
}

interface TracerOptions {
  readonly part: string
  readonly log: Logger
}

export function openTracer(plan: TracePlan, { part, log }: TracerOptions): OpenTracer {
  const Exporter = plan.protocol === 'http/json' ? JsonExporter : ProtobufExporter
  const exporter = new ToldExporter(
    new Exporter({ url: plan.endpoint, headers: plan.headers, timeoutMillis: plan.timeoutMs }),
    { host: new URL(plan.endpoint).host, log },
  )
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'host.name': hostname(),
      ...plan.resource,
      'service.name': plan.service,
      'service.version': VERSION,
      'service.instance.id': `${part} ${process.pid}`,
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
    }),
    sampler: new TraceIdRatioBasedSampler(plan.share),
    spanLimits: { attributeValueLengthLimit: MOST_VALUE_LENGTH },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: plan.queueSize,
        maxExportBatchSize: Math.min(MOST_BATCH, plan.queueSize),
        scheduledDelayMillis: plan.delayMs,
        exportTimeoutMillis: plan.timeoutMs,
      }),
    ],
  })
  return {
    tracer: new ContextTracer(provider.getTracer('homebird', VERSION)),
    close: async () => closeInTime(provider, exporter.isSilent ? CLOSE_SILENT_MS : CLOSE_MS),
  }
}

async function closeInTime(provider: TracerProvider, limitMs: number): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, limitMs)
  // Whatever could not be sent is lost, as it is said at each failure before.
  const closed = provider.shutdown().catch(() => undefined)
  await Promise.race([closed, over.promise])
  clearTimeout(timer)
}

/** Knows what runs now by the chain of calls that led here. */
class ContextTracer implements Tracer {
  readonly #tracer: SdkTracer
  readonly #running = new AsyncLocalStorage<Context>()

  constructor(tracer: SdkTracer) {
    this.#tracer = tracer
  }

  begin(start: SpanStart): Span | null {
    return this.#start(start, ROOT_CONTEXT)
  }

  part(start: () => SpanStart): Span | null {
    const context = this.#running.getStore()
    if (context === undefined) return null
    // What goes on after its trace has ended, such as a timer, is no part of it.
    if (trace.getSpan(context)?.isRecording() !== true) return null
    return this.#start(start(), context)
  }

  within<T>(span: Span, work: () => T): T {
    return span instanceof ContextSpan ? this.#running.run(span.context, work) : work()
  }

  #start({ name, kind, facts }: SpanStart, context: Context): Span | null {
    const span = this.#tracer.startSpan(name, { kind: KINDS[kind], attributes: facts }, context)
    return span.isRecording() ? new ContextSpan(span, trace.setSpan(context, span)) : null
  }
}

class ContextSpan implements Span {
  readonly context: Context
  readonly #span: SdkSpan

  constructor(span: SdkSpan, context: Context) {
    this.#span = span
    this.context = context
  }

  set(facts: SpanFacts): void {
    this.#span.setAttributes(facts)
  }

  fail(kind: string): void {
    this.#span.setAttribute('error.type', kind)
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
  }

  end(): void {
    this.#span.end()
  }
}
