/**
 * `npm run bench -- --against URL`: what can be asked of any server that speaks the Mastodon dialect, over the wire
 * only, so that two servers on one machine can be set side by side. Nothing is written there unless `--writes` says so.
 */
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { type Target, requestBytes, runLoad } from './http-load.ts'
import { processTree, usageOf } from './processes.ts'
import { type BenchResult, type Figure, latencies, quantile } from './report.ts'
import type { Scale } from './scale.ts'

export interface AgainstOptions {
  readonly url: URL
  /** Name that the server answers to, where it is not the one of the address: it is asked as a proxy would ask. */
  readonly host: string | undefined
  readonly token: string
  /** Process whose tree the CPU is counted of; null where the server is on another machine. */
  readonly pid: number | null
  readonly writes: boolean
}

const CONNECTIONS = 16
const WARM = 100
const DOCUMENT_READS = 5_000
const PAGE_READS = 1_000
const API_READS = 1_000
const POSTS = 30
const ACTIVITY = 'application/activity+json'

interface Ask {
  readonly name: string
  readonly path: string
  readonly times: number
  readonly headers: Readonly<Record<string, string>>
}

export async function benchAgainst(options: AgainstOptions, scale: Scale): Promise<BenchResult[]> {
  const server = new Server(options)
  const results: BenchResult[] = []
  for (const ask of await server.asks()) {
    console.error(`bench: ${ask.name} …`)
    results.push(await measure(server, { ...ask, times: Math.ceil(ask.times * scale.share) }))
  }
  if (options.writes) results.push(await write(server, Math.ceil(POSTS * scale.share)))
  return results
}

interface Answer {
  readonly status: number
  readonly body: string
}

class Server {
  readonly #options: AgainstOptions
  readonly host: string
  readonly target: Target

  constructor(options: AgainstOptions) {
    const { url, host } = options
    this.#options = options
    this.host = host ?? url.host
    const isTls = url.protocol === 'https:'
    this.target = { host: url.hostname, port: Number(url.port || (isTls ? 443 : 80)), isTls }
  }

  get signedIn(): Record<string, string> {
    return { authorization: `Bearer ${this.#options.token}` }
  }

  /** A server behind a proxy that ends TLS is told so, as the proxy would tell. */
  get headers(): Record<string, string> {
    return { host: this.host, ...(this.#options.host === undefined ? {} : { 'x-forwarded-proto': 'https' }) }
  }

  async ask(
    path: string,
    headers: Readonly<Record<string, string>>,
    method = 'GET',
    body = '',
  ): Promise<Answer> {
    const url = new URL(path, this.#options.url)
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const outgoing = send(url, { method, headers: { ...this.headers, ...headers } }, (incoming) => {
      text(incoming).then((said) => resolve({ status: incoming.statusCode ?? 0, body: said }), reject)
    })
    outgoing.on('error', reject).end(body)
    return promise
  }

  async json(
    path: string,
    headers: Readonly<Record<string, string>>,
    method = 'GET',
    body = '',
  ): Promise<Json> {
    const { status, body: said } = await this.ask(path, headers, method, body)
    if (status !== 200) {
      throw new Error(
        `${method} ${path} of ${this.#options.url.origin} answered ${status}: ${said.slice(0, 300)}`,
      )
    }
    return JSON.parse(said) as Json
  }

  async cpuMs(): Promise<number> {
    const { pid } = this.#options
    if (pid === null) return Number.NaN
    const usage = await usageOf(await processTree(pid), pid)
    return Object.values(usage).reduce((sum, one) => sum + one.cpuMs, 0)
  }

  /** What the account of the token has: its documents, its page, its timelines. */
  async asks(): Promise<readonly Ask[]> {
    const json = { accept: 'application/json' }
    const me = await this.json('/api/v1/accounts/verify_credentials', { ...this.signedIn, ...json })
    const resource = `acct:${String(me['username'])}@${this.host}`
    const webFinger = `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`
    const links = (await this.json(webFinger, json))['links'] as readonly Json[]
    const actor = pathOf(links.find((link) => link['rel'] === 'self')?.['href'])
    const statuses = `/api/v1/accounts/${String(me['id'])}/statuses`
    const own = (await this.json(statuses, { ...this.signedIn, ...json })) as unknown as readonly Json[]
    const post = own.find((one) => one['reblog'] === null && one['visibility'] === 'public')?.['uri']
    const signedIn = { ...this.signedIn, ...json }
    const activity = { accept: ACTIVITY }
    return [
      { name: 'actor', path: actor, times: DOCUMENT_READS, headers: activity },
      { name: 'WebFinger', path: webFinger, times: DOCUMENT_READS, headers: json },
      ...(post === undefined
        ? []
        : [{ name: 'post', path: pathOf(post), times: DOCUMENT_READS, headers: activity }]),
      { name: 'profile page', path: pathOf(me['url']), times: PAGE_READS, headers: { accept: 'text/html' } },
      { name: 'home timeline', path: '/api/v1/timelines/home?limit=20', times: API_READS, headers: signedIn },
      { name: 'notifications', path: '/api/v1/notifications?limit=20', times: API_READS, headers: signedIn },
      { name: 'own posts', path: `${statuses}?limit=20`, times: API_READS, headers: signedIn },
    ]
  }
}

type Json = Readonly<Record<string, unknown>>

/** Whatever name the server gives itself, it is asked where it was said to be. */
function pathOf(address: unknown): string {
  const { pathname, search } = new URL(String(address))
  return pathname + search
}

function cpuFigure(before: number, after: number, times: number): Readonly<Record<string, Figure>> {
  return Number.isNaN(after) ? {} : { 'CPU each': { value: (after - before) / times, unit: 'ms CPU' } }
}

async function measure(server: Server, ask: Ask): Promise<BenchResult> {
  const request = requestBytes('GET', ask.path, { ...server.headers, ...ask.headers })
  const run = async (times: number, connections: number) =>
    runLoad(
      server.target,
      Array.from({ length: times }, () => request),
      connections,
    )
  await run(WARM, CONNECTIONS)
  const alone = quantile((await run(WARM, 1)).latenciesMs, 0.5)
  const before = await server.cpuMs()
  const load = await run(ask.times, CONNECTIONS)
  const after = await server.cpuMs()
  return {
    workload: ask.name,
    figures: {
      good: { value: load.statuses.get(200) ?? 0, unit: '', goal: { atLeast: ask.times } },
      rate: { value: load.rate, unit: '/s' },
      ...latencies(load.latenciesMs),
      'p50 alone': { value: alone, unit: 'ms' },
      bytes: { value: load.bytes / ask.times, unit: 'bytes' },
      ...cpuFigure(before, after, ask.times),
    },
  }
}

/** Posts that go to nobody, each taken away again. */
async function write(server: Server, posts: number): Promise<BenchResult> {
  const headers = { ...server.signedIn, accept: 'application/json', 'content-type': 'application/json' }
  const times: number[] = []
  const before = await server.cpuMs()
  for (let count = 0; count < posts; count += 1) {
    const begin = performance.now()
    const body = JSON.stringify({ status: `bench ${process.pid} ${count}`, visibility: 'direct' })
    const made = await server.json('/api/v1/statuses', headers, 'POST', body)
    times.push(performance.now() - begin)
    await server.json(`/api/v1/statuses/${String(made['id'])}`, headers, 'DELETE')
  }
  const after = await server.cpuMs()
  return { workload: 'a post written', figures: { ...latencies(times), ...cpuFigure(before, after, posts) } }
}
