/** Addresses to listen on: read from the settings, and tried before anything is written or started. */
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { isAbsolute } from 'node:path'
import type { ListenAddress } from '../contracts/listen-address.ts'
import { HomebirdError } from '../core/errors.ts'

/** `address:port`, `[address]:port` or an absolute path, as the settings table has checked it. */
export function listenAddressOf(setting: string): ListenAddress {
  if (isAbsolute(setting)) return { kind: 'socket', path: setting }
  const colon = setting.lastIndexOf(':')
  const host = setting.slice(0, colon).replace(/^\[(.+)\]$/, '$1')
  return { kind: 'tcp', host, port: Number(setting.slice(colon + 1)) }
}

/** As a browser writes it. */
export function originOf(address: ListenAddress): string {
  if (address.kind === 'socket') return address.path
  const host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

export interface WantedAddress {
  readonly setting: string
  readonly address: ListenAddress
}

/**
 * Tries whether the addresses are free. Sockets are not tried: a file that is there may be left over, and the lock on
 * the data directory says that nobody uses it.
 * @param patienceMs  how long to wait for one that is taken: processes of a killed appliance need a moment to end
 * @throws HomebirdError PORT_TAKEN, SETTING_INVALID naming address, setting and remedy
 */
export async function requireFreeAddresses(
  wanted: readonly WantedAddress[],
  patienceMs: number,
): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (const { setting, address } of wanted) {
    if (address.kind === 'socket' || address.port === 0) continue
    const clash = wanted.find(
      (other) =>
        other.setting !== setting && other.address.kind === 'tcp' && other.address.port === address.port,
    )
    if (clash?.address.kind === 'tcp' && clash.address.host === address.host) {
      throw new HomebirdError(
        'SETTING_INVALID',
        `${setting} and ${clash.setting} both name ${address.host}:${address.port}; give one of them another port`,
      )
    }
    let code = await tryBinding(address.host, address.port)
    while (code === 'EADDRINUSE' && performance.now() < deadline) {
      await delay(100)
      code = await tryBinding(address.host, address.port)
    }
    if (code !== null) throw refusal(setting, address.host, address.port, code)
  }
}

function refusal(setting: string, host: string, port: number, code: string): HomebirdError {
  if (code === 'EADDRINUSE') {
    return new HomebirdError(
      'PORT_TAKEN',
      `${host}:${port} is taken by another program; stop it, or set ${setting} to a free port (0 takes any)`,
    )
  }
  return new HomebirdError(
    'SETTING_INVALID',
    `${host}:${port} cannot be listened on (${code}); set ${setting} to an address of this machine and a port of 1024 or more`,
  )
}

/** @returns the error code of the attempt, or null when the address is free */
function tryBinding(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}
