/**
 * Opens one connection to the public name of this home, as a stranger would, and keeps what its certificate says instead
 * of refusing a bad one: what is wrong with it is what is asked for. Nothing secret goes over such a connection.
 */
import type { X509Certificate } from 'node:crypto'
import { type Socket, connect as connectPlain, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { type TLSSocket, checkServerIdentity, connect as connectTls } from 'node:tls'
import { type HomebirdError, describeError } from '../../core/errors.ts'
import { fetchFailed, fetchTimeout } from '../fetch-errors.ts'

export interface CertificateFacts {
  /** Null where everybody trusts it and it names the host; else what the TLS layer says, such as `CERT_HAS_EXPIRED`. */
  readonly flaw: string | null
  /** It was sent alone, and says where the certificate that vouches for it could be had. */
  readonly lacksChain: boolean
  readonly issuer: string
  readonly names: string
  readonly validFrom: Date
  readonly validTo: Date
}

export interface OutsideSocket {
  readonly socket: TLSSocket
  /** The other end; null where another process connected to it. */
  readonly address: string | null
  readonly certificate: CertificateFacts | null
}

export interface OutsideDestination {
  /** Name of the certificate. */
  readonly hostname: string
  readonly port: number
  /** An address to connect to, or the socket of a process that connects from elsewhere. */
  readonly by: { readonly address: string } | { readonly vantage: string }
}

/**
 * @throws HomebirdError FETCH_FAILED: `connection` where nobody takes it, `closed` where somebody does and goes away before
 * TLS stands, `certificate` where TLS is refused; FETCH_TIMEOUT. See `fetchFailureOf`
 */
export async function openOutsideSocket(
  destination: OutsideDestination,
  limitMs: number,
  signal: AbortSignal,
): Promise<OutsideSocket> {
  const { hostname, by } = destination
  const url = `https://${hostname}/`
  const plain = openPlain(destination)
  const opening = Promise.withResolvers<TLSSocket>()
  const timer = setTimeout(() => opening.reject(fetchTimeout(url, 'connect', limitMs)), limitMs)
  const giveUp = (): void => opening.reject(fetchFailed(url, 'aborted', 'time is up'))
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  // Stays for the life of the socket: an error after the connection stood must not end the process.
  plain.on('error', (error) => opening.reject(failureOf(url, error)))
  plain.once('close', () => opening.reject(fetchFailed(url, 'closed', 'the connection was closed')))
  const start = (): void => {
    if ('vantage' in by) plain.write(`${hostname} ${destination.port}\n`)
    const socket = connectTls({
      socket: plain,
      servername: isIP(hostname) === 0 ? hostname : '',
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    })
    socket.on('error', (error) => opening.reject(failureOf(url, error)))
    socket.once('secureConnect', () => opening.resolve(socket))
    socket.once('close', () => plain.destroy())
  }
  plain.once('connect', start)
  try {
    const socket = await opening.promise
    socket.setNoDelay(true)
    const address = 'address' in by ? by.address : null
    return { socket, address, certificate: certificateOf(socket, hostname) }
  } catch (error) {
    plain.destroy()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
}

function openPlain({ by, port }: OutsideDestination): Socket {
  return 'vantage' in by
    ? connectPlain({ path: by.vantage })
    : connectPlain({ host: by.address, port, noDelay: true })
}

function failureOf(url: string, error: Error): HomebirdError {
  const code = 'code' in error ? String(error.code) : ''
  const isRefused = code.startsWith('ERR_SSL') || code === 'EPROTO'
  const reason = isRefused ? 'certificate' : isUnreached(error) ? 'connection' : 'closed'
  return fetchFailed(url, reason, describeError(error), { cause: error })
}

const isUnreached = (error: Error): boolean => 'syscall' in error && error.syscall === 'connect'

function certificateOf(socket: TLSSocket, hostname: string): CertificateFacts | null {
  const leaf = socket.getPeerX509Certificate()
  if (leaf === undefined) return null
  const misnamed = checkServerIdentity(hostname, leaf.toLegacyObject())
  const isAlone = socket.getPeerCertificate(true).issuerCertificate === undefined
  const isLed = /CA Issuers/.test(leaf.infoAccess ?? '')
  const untrusted = socket.authorized ? null : codeOf(socket.authorizationError)
  return {
    flaw: untrusted ?? (misnamed === undefined ? null : 'ERR_TLS_CERT_ALTNAME_INVALID'),
    lacksChain: isChainError(untrusted) && isAlone && isLed && misnamed === undefined,
    issuer: nameOf(leaf),
    names: (leaf.subjectAltName ?? '').slice(0, 200),
    validFrom: new Date(leaf.validFrom),
    validTo: new Date(leaf.validTo),
  }
}

const isChainError = (code: string | null): boolean =>
  code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' || code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'

/** The types say an error, the runtime a code. */
function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message
  return typeof error === 'string' ? error : 'not trusted'
}

const nameOf = (leaf: X509Certificate): string => leaf.issuer.replaceAll('\n', ', ').slice(0, 200)

/** Ends what is still open of it. */
export function closeQuietly(stream: Duplex): void {
  stream.on('error', () => undefined)
  stream.destroy()
}
