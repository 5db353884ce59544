/**
 * UPnP's way to open a port of a router. Anybody in the network can answer the question who is one: only the router itself is
 * listened to, and only by the address that the system knows it by.
 * @see UPnP Internet Gateway Device 1 and 2, WANIPConnection
 */
import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import {
  type MappingGrant,
  type MappingWish,
  type PortMapper,
  WITHOUT_ADDRESS,
  boundLifetime,
} from './port-mapper.ts'
import type { RouterPlace } from './router-place.ts'
import { type UpnpService, readService, readWord } from './upnp-xml.ts'
import { request } from '../../net/node-http.ts'

const GROUP = '239.255.255.250'
const SSDP_PORT = 1900
const SEARCH_MS = 2_000
const MOST_ANSWER = 2_048
const ASK_MS = 3_000
const MOST_BYTES = 131_072
const TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
]
const FAILED = '501'
const CONFLICT = '718'
const ONLY_PERMANENT = '725'
/** By their numbers in UPnP. */
const RESULTS: Readonly<Record<string, string>> = {
  [CONFLICT]: 'another machine of the network has this port',
  [FAILED]: 'it cannot do it just now; it may have no public address',
  606: 'it allows nobody to open a port',
  724: 'it opens only the same port inside and outside',
  728: 'it has no room for another port',
  729: 'another machine of the network has this port',
}

class UpnpError extends Error {
  readonly code: string

  constructor(code: string) {
    super(`the router refuses: ${RESULTS[code] ?? `it says ${code}`}`)
    this.code = code
  }
}

export class UpnpMapper implements PortMapper {
  readonly protocol = 'UPnP'
  readonly #control: URL
  readonly #service: UpnpService

  constructor(control: URL, service: UpnpService) {
    this.#control = control
    this.#service = service
  }

  async externalAddress(): Promise<string | null> {
    try {
      const address = readWord(await this.#act('GetExternalIPAddress', {}), 'NewExternalIPAddress')
      if (address === '') return WITHOUT_ADDRESS
      return address !== null && isIPv4(address) ? address : null
    } catch (error) {
      return error instanceof UpnpError && error.code === FAILED ? WITHOUT_ADDRESS : null
    }
  }

  async map(wish: MappingWish): Promise<MappingGrant> {
    let lifetimeSeconds = wish.lifetimeSeconds
    try {
      await this.#add(wish, lifetimeSeconds)
    } catch (error) {
      if (!(error instanceof UpnpError && error.code === ONLY_PERMANENT)) throw error
      lifetimeSeconds = 0
      await this.#add(wish, lifetimeSeconds)
    }
    return {
      externalPort: wish.externalPort,
      externalAddress: await this.externalAddress(),
      lifetimeSeconds: boundLifetime(lifetimeSeconds),
    }
  }

  async unmap({ externalPort }: MappingWish): Promise<void> {
    const which = { NewRemoteHost: '', NewExternalPort: externalPort, NewProtocol: 'TCP' }
    await this.#act('DeletePortMapping', which).catch(() => undefined) // gone already, or with the router
  }

  async #add({ own, internalPort, externalPort }: MappingWish, lifetimeSeconds: number): Promise<void> {
    await this.#act('AddPortMapping', {
      NewRemoteHost: '',
      NewExternalPort: externalPort,
      NewProtocol: 'TCP',
      NewInternalPort: internalPort,
      NewInternalClient: own,
      NewEnabled: 1,
      NewPortMappingDescription: 'Homebird',
      NewLeaseDuration: lifetimeSeconds,
    })
  }

  /** @throws UpnpError with the router's number, Error when it does not answer as it should */
  async #act(name: string, values: Readonly<Record<string, string | number>>): Promise<string> {
    const { type } = this.#service
    const inner = Object.entries(values).map(([key, value]) => `<${key}>${value}</${key}>`)
    const body = `<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:${name} xmlns:u="${type}">${inner.join('')}</u:${name}></s:Body></s:Envelope>
`
    const headers = { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${type}#${name}"` }
    const { status, text } = await exchange(this.#control, body, headers)
    if (status === 200) return text
    const code = readWord(text, 'errorCode') ?? ''
    throw new UpnpError(/^\d{3,4}$/.test(code) ? code : String(status))
  }
}

/** Null where the router does not speak it. */
export async function findUpnp(place: RouterPlace): Promise<UpnpMapper | null> {
  for (const location of await search(place)) {
    const answer = await exchange(location, null, {}).catch(() => null) // another of its answers may do better
    const service = answer?.status === 200 ? readService(answer.text) : null
    const control = service === null ? null : URL.parse(service.controlUrl, location.href)
    if (service !== null && control !== null && isOfRouter(control, place.router))
      return new UpnpMapper(control, service)
  }
  return null
}

/** Where the router describes itself: at its own address, whatever others say. */
async function search({ router, own }: RouterPlace): Promise<readonly URL[]> {
  const socket = createSocket('udp4')
  const found = new Map<string, URL>()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), SEARCH_MS)
  socket.on('error', () => resolve(undefined))
  socket.on('message', (message, { address }) => {
    if (address !== router || message.length > MOST_ANSWER) return
    const location = readLocation(message.toString('latin1'), router)
    if (location === null) return
    found.set(location.href, location)
    resolve(undefined)
  })
  socket.bind({ address: own, port: 0 }, () => {
    try {
      socket.setMulticastInterface(own)
    } catch {
      // No group can be asked over this interface; the router itself can.
    }
    // Some answer only what was asked of all, some only what was asked of them.
    for (const host of [GROUP, router])
      for (const target of TARGETS) socket.send(searchFor(target), SSDP_PORT, host)
  })
  try {
    await promise
  } finally {
    clearTimeout(timer)
    socket.close()
  }
  return [...found.values()]
}

export function readLocation(answer: string, router: string): URL | null {
  if (!/^HTTP\/1\.[01] 200\b/.test(answer)) return null
  const raw = /^location:[ \t]*(\S{1,300})[ \t]*$/im.exec(answer)?.[1]
  const url = raw === undefined ? null : URL.parse(raw)
  return url !== null && isOfRouter(url, router) ? url : null
}

const isOfRouter = (url: URL, router: string): boolean =>
  url.protocol === 'http:' && url.hostname === router && url.username === '' && url.password === ''

const searchFor = (target: string): Buffer =>
  Buffer.from(
    `M-SEARCH * HTTP/1.1\r\nHOST: ${GROUP}:${SSDP_PORT}\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ${target}\r\n\r\n`,
  )

interface Answer {
  readonly status: number
  readonly text: string
}

/** @throws Error when no whole answer came in time and size */
async function exchange(url: URL, body: string | null, headers: Record<string, string>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) }
  const asked = request(url, {
    method: body === null ? 'GET' : 'POST',
    headers: { ...headers, ...length, connection: 'close' },
    agent: false,
    signal: AbortSignal.timeout(ASK_MS),
  })
  asked.on('error', reject)
  asked.once('response', (answer) => {
    const chunks: Buffer[] = []
    let bytes = 0
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MOST_BYTES)
        asked.destroy(new Error(`the router’s answer is longer than ${MOST_BYTES} bytes`))
      else chunks.push(chunk)
    })
    answer.once('error', reject)
    answer.once('end', () =>
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
    )
  })
  asked.end(body ?? undefined)
  return promise
}
