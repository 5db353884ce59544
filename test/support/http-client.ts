/** One plain HTTP request to a listener on loopback, with the Host that the test wants: `fetch` would set its own. */
import { type IncomingHttpHeaders, request } from 'node:http'

export interface PlainRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object
}

/** A JSON document whose shape is what the test looks at: members by name, items by iterating; `String()` for leaves. */
export interface Json extends Iterable<Json> {
  readonly [member: string]: Json
}

export class PlainAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer

  constructor(status: number, headers: IncomingHttpHeaders, bytes: Buffer) {
    this.status = status
    this.headers = headers
    this.bytes = bytes
  }

  text(): string {
    return this.bytes.toString()
  }

  /** The caller names the shape it expects; what it then reads is what is tested. */
  json(): Json {
    try {
      return JSON.parse(this.text()) as Json
    } catch (cause) {
      throw new Error(`status ${this.status}, not JSON: ${this.text().slice(0, 500)}`, { cause })
    }
  }
}

export async function askListener(
  port: number,
  host: string,
  path: string,
  { method = 'GET', headers = {}, body }: PlainRequest = {},
): Promise<PlainAnswer> {
  const isObject = typeof body === 'object' && !Buffer.isBuffer(body)
  const bytes =
    body === undefined ? undefined : Buffer.from(isObject ? JSON.stringify(body) : (body as string))
  const type = isObject ? { 'content-type': 'application/json' } : {}
  const length = bytes === undefined ? {} : { 'content-length': String(bytes.length) }
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        headers: { host, ...type, ...length, ...headers },
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () =>
          resolve(new PlainAnswer(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks))),
        )
        answer.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(bytes)
  })
}
