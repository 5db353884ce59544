/** The owner of a home, by the client API of its private listener, as the window uses it. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { EventReader } from './event-reader.ts'
import { type Json, type PlainAnswer, type PlainRequest, askListener } from './http-client.ts'
import type { ProcessHome } from './process-home.ts'
import { until } from './until.ts'

const ASKED_AGAIN_MS = 200
const PATIENCE_MS = 60_000
/** Whoever reads what the tests say should know of a home that puts off its owner for longer. */
const WORTH_A_LINE_MS = 5_000

/** As an app does that is told that the home cannot do it right now. */
async function patiently(send: () => Promise<PlainAnswer>): Promise<PlainAnswer> {
  const sinceMs = performance.now()
  for (let putOff = 0; ; putOff += 1) {
    const answer = await send()
    const waitedMs = performance.now() - sinceMs
    if (answer.status !== 503 || waitedMs > PATIENCE_MS) {
      if (putOff > 0 && waitedMs > WORTH_A_LINE_MS)
        console.log(`# the home put off its owner for ${Math.round(waitedMs)} ms`)
      return answer
    }
    await delay(ASKED_AGAIN_MS)
  }
}

export class HomeClient {
  readonly #home: Pick<ProcessHome, 'privatePort' | 'password'>
  #cookie = ''

  constructor(home: Pick<ProcessHome, 'privatePort' | 'password'>) {
    this.#home = home
  }

  get #host(): string {
    return `127.0.0.1:${this.#home.privatePort}`
  }

  /** Signs in with the password of the home; again after the cookie was lost. */
  async signIn(): Promise<void> {
    const body = { password: this.#home.password }
    const answer = await patiently(() => this.raw('/api/homebird/v1/session', { method: 'POST', body }))
    if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text()}`)
    this.#cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  }

  /** Another server of the same home: the session that one has given is one of the other. */
  sharesSessionOf(other: HomeClient): void {
    // Cookies are named after their port.
    this.#cookie = other.#cookie.replace(String(other.#home.privatePort), String(this.#home.privatePort))
  }

  /** One request with the session and the marks of a page of the home. */
  async raw(path: string, asked: PlainRequest = {}): Promise<PlainAnswer> {
    const headers = { ...this.#marks(), ...asked.headers }
    return askListener(this.#home.privatePort, this.#host, path, { ...asked, headers })
  }

  #marks(): Record<string, string> {
    const cookie: Record<string, string> = this.#cookie === '' ? {} : { cookie: this.#cookie }
    return { origin: `http://${this.#host}`, 'x-homebird': '1', ...cookie }
  }

  /** Server-sent events, until the reader is closed. */
  async listens(path: string): Promise<EventReader> {
    const headers = { host: this.#host, ...this.#marks() }
    const asked = request({ host: '127.0.0.1', port: this.#home.privatePort, path, headers, agent: false })
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return new EventReader({ answer, request: asked })
  }

  /** As `raw`; anything but a 2xx is a failed test. What may be asked twice is asked again where a busy home puts it off. */
  async call(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Json> {
    const send = () => this.raw(path, { method, headers, ...(body === undefined ? {} : { body }) })
    const isRepeatable = method === 'GET' || 'idempotency-key' in headers
    const answer = await (isRepeatable ? patiently(send) : send())
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text().slice(0, 500)}`)
    }
    return answer.json()
  }

  async get(path: string): Promise<Json> {
    return this.call('GET', path)
  }

  async list(path: string): Promise<Json[]> {
    return [...(await this.get(path))]
  }

  async writes(text: string, more: object = {}): Promise<Json> {
    const headers = { 'idempotency-key': randomUUID() }
    return this.call('POST', '/api/v1/statuses', { status: text, ...more }, headers)
  }

  async homeTimeline(limit = 40): Promise<Json[]> {
    return this.list(`/api/v1/timelines/home?limit=${limit}`)
  }

  /** The account of a full handle, asked of its server where it is not known; again where a busy one did not answer in time. */
  async find(handle: string): Promise<Json> {
    return until(`${handle} is found`, async () => {
      const found = await this.get(
        `/api/v2/search?type=accounts&resolve=true&q=${encodeURIComponent(handle)}`,
      )
      return [...(found['accounts'] ?? [])][0]
    })
  }

  async relationship(id: string): Promise<Json> {
    const [relationship] = await this.list(`/api/v1/accounts/relationships?id[]=${id}`)
    if (relationship === undefined) throw new Error(`no relationship with ${id}`)
    return relationship
  }
}

export async function signedInClient(home: ProcessHome): Promise<HomeClient> {
  const client = new HomeClient(home)
  await client.signIn()
  return client
}
