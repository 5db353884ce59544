/** A receiver of traces on loopback: it takes what a home sends by OTLP as JSON, or misbehaves as it is told to. */
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 2 server, 3 client, 5 consumer. */
  readonly kind: number
  readonly facts: Readonly<Record<string, unknown>>
  /** Of the process that sent it. */
  readonly resource: Readonly<Record<string, unknown>>
  /** 2 is an error. */
  readonly status: number
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}
interface SentSpan extends Omit<ReceivedSpan, 'facts' | 'resource' | 'status'> {
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code?: number }
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
  }[]
}

export class TraceReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = []
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = []
  /** Everything that came, as it came. */
  raw = ''
  /** `hang`: takes everything and never answers. */
  mood: 'takes' | 'hang' | 'refuses' = 'takes'
  readonly #server = createServer((request, response) => void this.#take(request, response))

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return this
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    this.requests.push({ path: request.url ?? '', headers: request.headers })
    if (this.mood === 'hang') return
    if (this.mood === 'refuses') {
      response.writeHead(400).end()
      return
    }
    const text = Buffer.concat(chunks).toString('utf8')
    this.raw += text
    if (request.headers['content-type'] === 'application/json') this.#read(JSON.parse(text) as Sent)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }

  #read(sent: Sent): void {
    for (const { resource, scopeSpans } of sent.resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({
          ...span,
          facts: valuesOf(span.attributes),
          resource: valuesOf(resource.attributes),
          status: span.status.code ?? 0,
        })
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

const valuesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
