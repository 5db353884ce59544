/** A small HTTP server that answers as a test tells it, and the window's own client that speaks to it. */
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { type ApiClient, createApiClient } from '../../renderer/api/client.ts'

export interface ScriptedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed where it says that it is JSON, else the text; null for none. */
  readonly body: unknown
}

export interface ScriptedReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, a text as it is. */
  readonly body?: unknown
  /** Takes over the writing. */
  readonly write?: (response: ServerResponse, request: IncomingMessage) => void
}

export type Answering = (request: ScriptedRequest) => ScriptedReply | Promise<ScriptedReply>

export interface ScriptedApi {
  readonly api: ApiClient
  /** As a browser's, for addresses without host. */
  readonly fetch: typeof globalThis.fetch
  readonly requests: ScriptedRequest[]
  signedOut: number
  answer: Answering
  /** From now on nobody is there. */
  stop(): Promise<void>
}

export async function openScriptedApi(t: TestContext, answer: Answering): Promise<ScriptedApi> {
  const server = createServer((incoming, response) => {
    void handle(scripted, incoming, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const fetch: typeof globalThis.fetch = async (input, init) =>
    globalThis.fetch(`${base}${String(input)}`, init)
  const stop = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const scripted: ScriptedApi = {
    api: createApiClient({
      fetch,
      onSignedOut: () => {
        scripted.signedOut += 1
      },
    }),
    fetch,
    requests: [],
    signedOut: 0,
    answer,
    stop,
  }
  t.after(stop)
  return scripted
}

async function handle(
  scripted: ScriptedApi,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const url = new URL(incoming.url ?? '/', 'http://scripted.test')
  const text = Buffer.concat(chunks).toString()
  const isJson = incoming.headers['content-type'] === 'application/json'
  const request: ScriptedRequest = {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === '' ? null : isJson ? (JSON.parse(text) as unknown) : text,
  }
  scripted.requests.push(request)
  const { status = 200, headers = {}, body = {}, write } = await scripted.answer(request)
  if (write !== undefined) {
    write(response, incoming)
    return
  }
  const isText = typeof body === 'string'
  response.writeHead(status, { ...(isText ? {} : { 'content-type': 'application/json' }), ...headers })
  response.end(isText ? body : JSON.stringify(body))
}
