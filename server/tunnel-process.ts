/** The tunnel process after its channel is open: the provider, the keeper, the door for those who look from outside. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ChildChannel } from './core/child-channel.ts'
import { systemClock } from './core/clock.ts'
import { processEnvironment } from './core/config.ts'
import { dataDirAt } from './core/data-dir.ts'
import { HomebirdError } from './core/errors.ts'
import { SecretBox, SecretFolder } from './core/secret-box.ts'
import { createLogger } from './core/log.ts'
import type { TunnelConfig } from './core/tunnel-config.ts'
import { VERSION } from './core/version.ts'
import { openOwnAddress } from './net/own-address.ts'
import { userAgentOf } from './net/safe-fetch.ts'
import { openCertificates } from './tunnels/acme/open-certificates.ts'
import { openProvider } from './tunnels/open-provider.ts'
import { LEDGER_VARIABLE } from './tunnels/program.ts'
import type { Wait } from './tunnels/sleeper.ts'
import { Tunnel } from './tunnels/tunnel.ts'
import { openVantageDoor } from './tunnels/vantage-door.ts'

export async function runTunnel(channel: ChildChannel<TunnelConfig>): Promise<void> {
  const { settings, waysIn, vantage, home, dataDir, secretsKey } = channel.start
  const log = createLogger('tunnel', settings.logLevel)
  const [first, ...rest] = waysIn.map(({ address }) => address)
  if (first === undefined) throw new HomebirdError('INTERNAL', 'a tunnel was started that leads nowhere')
  const userAgent = userAgentOf(VERSION, home?.hosts[0] ?? null)
  const address = openOwnAddress(settings, systemClock, userAgent)
  channel.onStop(() => address.close())
  const dir = dataDirAt(dataDir)
  const secrets = new SecretFolder(dir.secrets, new SecretBox(secretsKey))
  const wait: Wait = async (ms, signal) => delay(ms, undefined, { signal })
  // It is asked for nothing before there is a tunnel.
  const changed = (): void => tunnel.tell()
  const surroundings = {
    secrets,
    programsDir: dir.programs,
    certificates: openCertificates(settings, { secrets, userAgent, wait, changed }),
    environment: { ...processEnvironment(), [LEDGER_VARIABLE]: dir.tunnelPrograms },
    wait,
  }
  let told = ''
  const tunnel: Tunnel = new Tunnel(
    {
      provider: openProvider(settings, surroundings),
      addresses: [first, ...rest],
      address,
      clock: systemClock,
      wait,
      random: Math.random,
      changed: (status) => {
        const { state, reason, notice } = status
        const line = `${state} ${reason ?? ''}`
        if (line !== told) log.info({ event: 'tunnel.state', state, reason, notice })
        told = line
        channel.report({ kind: 'tunnel', status })
      },
      doubted: () => channel.report({ kind: 'doubted' }),
    },
    home,
  )
  if (vantage !== null) {
    const door = await openVantageDoor(vantage, tunnel)
    channel.onStop(async () => door[Symbol.asyncDispose]())
  }
  channel.onStop(async () => tunnel.stop())
  channel.onCommand((command) => tunnel.obey(command))
  channel.onAsk(() => tunnel.status())
  tunnel.start()
  channel.ready()
}
