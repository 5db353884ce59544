/**
 * Speaks to the paired listener of another machine. Nothing is said before its certificate has proven to be the one that was
 * told; no authority vouches for it, and no name is looked at.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type TLSSocket, connect } from 'node:tls'
import { HomebirdError, describeError, isHomebirdError } from '../../core/errors.ts'

export interface PairedAddress {
  readonly host: string
  readonly port: number
  /** Its first bytes, as many as are known. */
  readonly fingerprint: Buffer
}

export interface PairedAnswerOf<Body> {
  readonly body: Body
  /** The whole fingerprint of who has answered. */
  readonly fingerprint: Buffer
}

const CONNECT_MS = 10_000
/** The other home pauses before it answers, which takes its parts some seconds each. */
const ANSWER_MS = 240_000
const MOST_BODY_BYTES = 1_048_576

/**
 * @throws HomebirdError FORBIDDEN for another certificate, UNAVAILABLE where nobody answers, UNPROCESSABLE with why it refuses
 */
export async function askPaired<Body>(
  address: PairedAddress,
  path: string,
  body: object,
  { ticket = null, signal }: { readonly ticket?: string | null; readonly signal?: AbortSignal } = {},
): Promise<PairedAnswerOf<Body>> {
  const { response, fingerprint } = await send(address, path, body, ticket, signal)
  const text = await textOf(response, address)
  try {
    return { body: JSON.parse(text) as Body, fingerprint }
  } catch (cause) {
    throw unavailable(address, 'its answer cannot be read', cause)
  }
}

/** A stream that ends in order only where all has come. The caller reads it to its end or destroys it. */
export async function streamPaired(
  address: PairedAddress,
  path: string,
  ticket: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return (await send(address, path, {}, ticket, signal)).response
}

async function send(
  address: PairedAddress,
  path: string,
  body: object,
  ticket: string | null,
  signal: AbortSignal | undefined,
): Promise<{ readonly response: IncomingMessage; readonly fingerprint: Buffer }> {
  const { socket, fingerprint } = await openSocket(address, signal)
  const content = JSON.stringify(body)
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = httpsRequest({
        createConnection: () => socket,
        method: 'POST',
        path,
        timeout: ANSWER_MS,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          host: 'homebird',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(content),
          ...(ticket === null ? {} : { authorization: `Bearer ${ticket}` }),
        },
      })
      asked.once('response', resolve)
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${ANSWER_MS / 1_000} s`)))
      asked.on('error', reject)
      asked.end(content)
    })
    if (response.statusCode === 200) return { response, fingerprint }
    throw refusalOf(await textOf(response, address))
  } catch (error) {
    socket.destroy()
    if (isHomebirdError(error)) throw error
    throw unavailable(address, describeError(error), error)
  }
}

async function openSocket(
  address: PairedAddress,
  signal: AbortSignal | undefined,
): Promise<{ readonly socket: TLSSocket; readonly fingerprint: Buffer }> {
  const { host, port } = address
  signal?.throwIfAborted()
  const socket = connect({ host, port, minVersion: 'TLSv1.3', rejectUnauthorized: false })
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no answer within ${CONNECT_MS / 1_000} s`)))
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.on('error', reject)
      socket.once('close', () => reject(new Error('the connection was closed')))
    })
  } catch (error) {
    socket.destroy()
    throw unavailable(address, describeError(error), error)
  }
  socket.setTimeout(0)
  const fingerprint = createHash('sha256').update(socket.getPeerCertificate().raw).digest()
  if (fingerprint.subarray(0, address.fingerprint.length).equals(address.fingerprint))
    return { socket, fingerprint }
  socket.destroy()
  const why = `${host}:${port} answers, and is not the home that the code is of; nothing was said to it. Look at address and code again`
  throw new HomebirdError('FORBIDDEN', why, { safe: why })
}

async function textOf(response: IncomingMessage, address: PairedAddress): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > MOST_BODY_BYTES) throw new Error(`its answer is longer than ${MOST_BODY_BYTES} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    response.destroy()
    throw unavailable(address, describeError(error), error)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refusalOf(text: string): HomebirdError {
  let why = 'it refuses, and does not say why'
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown }
    if (typeof error === 'string') why = error
  } catch {
    // Then it is not one of ours, or of a version that says it otherwise.
  }
  const told = `the other home refuses: ${why}`
  return new HomebirdError('UNPROCESSABLE', told, { safe: told })
}

function unavailable({ host, port }: PairedAddress, why: string, cause?: unknown): HomebirdError {
  const text = `the other home at ${host}:${port} cannot be asked: ${why}`
  return new HomebirdError('UNAVAILABLE', text, { safe: text, cause })
}
