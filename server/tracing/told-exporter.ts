/** Hands spans on to a receiver, and says in the log when it stops taking them and when it takes them again: once each. */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { describeError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'

type Done = Parameters<SpanExporter['export']>[1]
type ExportResult = Parameters<Done>[0]

/** `ExportResultCode.SUCCESS` of the library. */
const SUCCESS = 0

interface ToldOptions {
  readonly host: string
  readonly log: Logger
}

export class ToldExporter implements SpanExporter {
  readonly #exporter: SpanExporter
  readonly #options: ToldOptions
  #lost = 0

  constructor(exporter: SpanExporter, options: ToldOptions) {
    this.#exporter = exporter
    this.#options = options
  }

  /** Whether the last attempt failed. */
  get isSilent(): boolean {
    return this.#lost > 0
  }

  export(spans: ReadableSpan[], done: Done): void {
    this.#exporter.export(spans, (result) => {
      this.#note(spans.length, result)
      done(result)
    })
  }

  #note(count: number, { error, ...result }: ExportResult): void {
    const { host, log } = this.#options
    const code: number = result.code
    if (code === SUCCESS) {
      if (this.isSilent) log.info({ event: 'traces.sent_again', host, lost: this.#lost })
      this.#lost = 0
      return
    }
    // What the receiver wrote into its answer is not ours to repeat.
    const why = error === undefined ? 'it did not say why' : describeError(error).slice(0, 300)
    if (!this.isSilent) log.warn({ event: 'traces.not_sent', host, error: why })
    this.#lost += count
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.()
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown()
  }
}
