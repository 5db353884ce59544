/** Where the router is, and which address this machine has towards it. */
import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { askProgram } from '../ask-program.ts'
import { type Environment, findProgram } from '../program.ts'

export interface RouterPlace {
  readonly router: string
  /** Of this machine. */
  readonly own: string
}

/** For documentation: no packet is sent there, only the way is looked up. */
const ELSEWHERE = '192.0.2.1'
const DISCARD_PORT = 9
/** Of a route in use that leads over another machine. */
const UP_AND_GATEWAY = 0x3

/** @param named  the router as the owner has named it; null for the one that the system knows. Null where there is none */
export async function findRouter(
  named: string | null,
  environment: Environment,
): Promise<RouterPlace | null> {
  const router = named ?? (await defaultGateway(environment))
  const own = router === null ? null : await ownAddress(named ?? ELSEWHERE)
  return router === null || own === null ? null : { router, own }
}

/** The address that packets to `host` would leave from; null when there is no way there. */
export async function ownAddress(host: string = ELSEWHERE): Promise<string | null> {
  const socket = createSocket('udp4')
  const { promise, resolve } = Promise.withResolvers<string | null>()
  socket.once('error', () => resolve(null))
  socket.connect(DISCARD_PORT, host, (error?: Error | null) =>
    resolve(error ? null : socket.address().address),
  )
  try {
    return await promise
  } finally {
    socket.close()
  }
}

async function defaultGateway(environment: Environment): Promise<string | null> {
  if (process.platform === 'linux')
    return gatewayInTable(await readFile('/proc/net/route', 'utf8').catch(() => ''))
  if (process.platform === 'win32')
    return gatewayInPrint(await asked('route', ['print', '-4', '0.0.0.0'], environment))
  return gatewayInRoute(await asked('route', ['-n', 'get', 'default'], environment))
}

async function asked(name: string, args: readonly string[], environment: Environment): Promise<string> {
  const path = (await findProgram(name, environment)) ?? `/sbin/${name}`
  return (await askProgram(path, args, environment)).text
}

/** The one of least metric, as Linux shows its routes: addresses in hex, backwards. */
export function gatewayInTable(text: string): string | null {
  const routes = text.split('\n').flatMap((line) => {
    const [, target, gateway = '', flags = '', , , metric = '', mask] = line.trim().split(/\s+/)
    const isDefault = target === '00000000' && mask === '00000000' && /^[0-9A-F]{8}$/i.test(gateway)
    const isUsed = (Number.parseInt(flags, 16) & UP_AND_GATEWAY) === UP_AND_GATEWAY
    return isDefault && isUsed ? [{ gateway, metric: Number(metric) }] : []
  })
  const [first] = routes.toSorted((one, other) => one.metric - other.metric)
  return first === undefined ? null : [...Buffer.from(first.gateway, 'hex')].toReversed().join('.')
}

/** As macOS and the BSDs tell one route. */
export const gatewayInRoute = (text: string): string | null =>
  addressOrNull(/^\s*gateway:\s*([\d.]{7,15})\s*$/m.exec(text)?.[1])

/** As Windows prints its table, in every language. */
export const gatewayInPrint = (text: string): string | null =>
  addressOrNull(/^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+([\d.]{7,15})\s/m.exec(text)?.[1])

const addressOrNull = (text: string | undefined): string | null =>
  text !== undefined && isIPv4(text) ? text : null
