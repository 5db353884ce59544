/**
 * Gets one certificate: asks for it, proves by TLS itself that the host leads here, fetches it, and looks whether it is what
 * was asked for.
 * @see RFC 8555, 7.4 and 7.5; RFC 8737
 */
import { createHash } from 'node:crypto'
import { HomebirdError } from '../../core/errors.ts'
import type { Wait } from '../sleeper.ts'
import { type AcmeReply, type AcmeSession, type Json, isJson, wordsOf } from './acme-session.ts'
import { certificateRequest, makeKeyPair, pemOfKey } from './certificate-shapes.ts'
import { type CertificateFiles, readCertificate } from './read-certificate.ts'

export interface OrderParts {
  readonly session: AcmeSession
  readonly host: string
  /** Name of the certificate that this one replaces, as `renewalName` gives it; null for none. */
  readonly replaces: string | null
  /** Shows this to whoever asks the host for the proof, until `signal` is aborted or another is shown. */
  readonly show: (digest: Buffer) => void
  readonly wait: Wait
  readonly signal: AbortSignal
}

/** An authority looks from several places; it takes seconds. */
const MOST_POLLS = 40
const POLL_MS = 1_000
const MOST_POLL_MS = 10_000
const MOST_CERTIFICATES = 10
const TOKEN = /^[\w-]{16,512}$/
const BLOCK = /-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----/g

/** @returns PEM, the certificate of the host first. @throws HomebirdError with what the authority says, or what is wrong with what it gives */
export async function orderCertificate(parts: OrderParts): Promise<CertificateFiles> {
  const { session, host } = parts
  const order = await openOrder(parts)
  for (const url of listOf(order.reply.json['authorizations'])) await authorize(parts, url)
  const keys = makeKeyPair()
  const ready = await poll(parts, order.url, ['ready', 'valid'])
  const finalize = textOf(ready.json['finalize'], 'where to finish')
  await session.post(finalize, { csr: certificateRequest(host, keys).toString('base64url') })
  const done = await poll(parts, order.url, ['valid'])
  const { text } = await session.post(textOf(done.json['certificate'], 'a certificate'), null)
  return checked(host, pemOfKey(keys.privateKey), text)
}

async function openOrder({
  session,
  host,
  replaces,
}: OrderParts): Promise<{ reply: AcmeReply; url: string }> {
  const url = textOf(session.address('newOrder'), 'where to order')
  const identifiers = [{ type: 'dns', value: host }]
  const ask = async (more: Json): Promise<AcmeReply> => session.post(url, { identifiers, ...more })
  const names = replaces !== null && session.address('renewalInfo') !== null ? { replaces } : {}
  const reply = await ask(names).catch(async (error: unknown) => {
    // It does not know what is replaced, or has replaced it already: the certificate is wanted all the same.
    const isOfThat =
      error instanceof HomebirdError && /^(malformed|alreadyReplaced)$/.test(String(error.details['type']))
    if (!isOfThat || !('replaces' in names)) throw error
    return ask({})
  })
  return { reply, url: textOf(reply.location, 'the order') }
}

async function authorize(parts: OrderParts, url: string): Promise<void> {
  const { session, host, show } = parts
  const { json } = await session.post(url, null)
  if (json['status'] === 'valid') return
  const challenge = listOfJson(json['challenges']).find(({ type }) => type === 'tls-alpn-01')
  if (challenge === undefined)
    throw new HomebirdError('UNAVAILABLE', `the authority does not take the proof by TLS for ${host}`)
  const token = textOf(challenge['token'], 'a token')
  if (!TOKEN.test(token)) throw new HomebirdError('UNAVAILABLE', 'the authority gives a token that is none')
  show(createHash('sha256').update(session.keyAuthorization(token)).digest())
  await session.post(textOf(challenge['url'], 'a challenge'), {})
  await poll(parts, url, ['valid'])
}

/** Asks until it is in one of these states. @throws HomebirdError when it is in one that leads nowhere, or stays too long */
async function poll(
  { session, host, wait, signal }: OrderParts,
  url: string,
  wanted: readonly string[],
): Promise<AcmeReply> {
  for (let polls = 1; polls <= MOST_POLLS; polls += 1) {
    const reply = await session.post(url, null)
    const status = String(reply.json['status'])
    if (wanted.includes(status)) return reply
    if (!['pending', 'processing', 'ready'].includes(status)) throw refusal(host, reply.json, reply.status)
    const asked = (reply.retryAfterSeconds ?? 0) * 1_000
    await wait(Math.min(Math.max(asked, POLL_MS), MOST_POLL_MS), signal)
  }
  throw new HomebirdError('UNAVAILABLE', `the authority does not finish with ${host}`)
}

function refusal(host: string, json: Json, status: number): HomebirdError {
  const failed = listOfJson(json['challenges']).find(({ error }) => error !== undefined)
  const problem = failed?.['error'] ?? json['error']
  return new HomebirdError('UNAVAILABLE', `the authority refuses ${host}: ${wordsOf(problem, status)}`)
}

/** @throws HomebirdError where the authority gave something else than was asked for */
function checked(host: string, key: string, text: string): CertificateFiles {
  const blocks = text.match(BLOCK) ?? []
  if (blocks.length === 0 || blocks.length > MOST_CERTIFICATES)
    throw new HomebirdError('UNAVAILABLE', `the authority gives ${blocks.length} certificates for ${host}`)
  const chain = `${blocks.join('\n')}\n`
  try {
    readCertificate(host, { key, chain })
  } catch (cause) {
    throw new HomebirdError('UNAVAILABLE', `the authority gives another certificate than one for ${host}`, {
      cause,
    })
  }
  return { key, chain }
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(0, MOST_CERTIFICATES) : []

const listOfJson = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : [])

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new HomebirdError('UNAVAILABLE', `the authority does not name ${what}`)
}
