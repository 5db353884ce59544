/** One GET for the update feed, bounded in bytes, in time and in where it may be led. */
import { once } from 'node:events'
import { type IncomingMessage, get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'

export interface GetLimits {
  readonly maxBytes: number
  /** The whole exchange, from name lookup to last byte. */
  readonly totalMs: number
  /** Without one byte. */
  readonly silenceMs: number
}

export interface GetRequest {
  readonly url: URL
  readonly limits: GetLimits
  /** Whether the answer may come from there, asked for the first address and every one it is led to. */
  readonly mayAsk: (url: URL) => boolean
  readonly signal?: AbortSignal
}

const MAX_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** @throws Error that names the address and what was wrong with the answer */
export async function getBytes(request: GetRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  await getStream(request, (chunk) => {
    chunks.push(chunk)
  })
  return Buffer.concat(chunks)
}

/**
 * @param take  given each piece; what it returns is awaited before the next is read
 * @returns how many bytes there were
 * @throws Error that names the address and what was wrong with the answer, or what `take` threw
 */
export async function getStream(
  request: GetRequest,
  take: (chunk: Buffer) => Promise<void> | void,
): Promise<number> {
  const { limits, url } = request
  const ends = [
    AbortSignal.timeout(limits.totalMs),
    ...(request.signal === undefined ? [] : [request.signal]),
  ]
  const signal = AbortSignal.any(ends)
  let silent = false
  try {
    const answer = await follow(request, signal)
    answer.socket.setTimeout(limits.silenceMs, () => {
      silent = true
      answer.destroy(new Error('silence'))
    })
    return await read(answer, request, take)
  } catch (error) {
    if (request.signal?.aborted === true) throw error
    if (silent)
      throw new Error(`${url.href} said nothing for ${limits.silenceMs / 1_000} s`, { cause: error })
    if (signal.aborted) {
      throw new Error(`${url.href} took longer than ${limits.totalMs / 1_000} s`, { cause: error })
    }
    throw error
  }
}

async function read(
  answer: IncomingMessage,
  { url, limits }: GetRequest,
  take: (chunk: Buffer) => Promise<void> | void,
): Promise<number> {
  let bytes = 0
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > limits.maxBytes) throw new TooMuch(`${url.href} is larger than ${limits.maxBytes} bytes`)
      await take(chunk)
    }
  } catch (error) {
    // An answer that ends before its announced length is an error of the stream.
    if (!answer.complete && (error as NodeJS.ErrnoException).code === 'ECONNRESET') {
      throw new Error(`${url.href} broke off after ${bytes} bytes`, { cause: error })
    }
    throw error
  } finally {
    answer.destroy()
  }
  return bytes
}

class TooMuch extends Error {}

async function follow({ url, mayAsk, limits }: GetRequest, signal: AbortSignal): Promise<IncomingMessage> {
  let next = url
  for (let led = 0; led <= MAX_REDIRECTS; led += 1) {
    if (!mayAsk(next)) throw new Error(`${url.href} leads to ${next.href}, where nothing is fetched from`)
    const answer = await ask(next, limits.silenceMs, signal)
    const status = answer.statusCode ?? 0
    if (status === 200) return answer
    answer.destroy()
    const { location } = answer.headers
    if (!REDIRECTS.has(status) || location === undefined || !URL.canParse(location, next.href)) {
      throw new Error(`${next.href} answered ${status}`)
    }
    next = new URL(location, next)
  }
  throw new Error(`${url.href} leads on more than ${MAX_REDIRECTS} times`)
}

async function ask(url: URL, silenceMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp
  // No pool: these are a handful of requests a day. `identity`: what is counted and hashed are the file's own bytes.
  const request = get(url, {
    agent: false,
    signal,
    timeout: silenceMs,
    headers: { 'accept-encoding': 'identity', 'cache-control': 'no-cache', 'user-agent': 'Homebird' },
  })
  request.once('timeout', () =>
    request.destroy(new Error(`${url.href} said nothing for ${silenceMs / 1_000} s`)),
  )
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  // What comes after the answer began is told by the answer; without a listener it would end the process.
  request.on('error', () => undefined)
  return answer
}
