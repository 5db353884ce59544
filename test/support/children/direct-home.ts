/**
 * A home behind a router, as far as the way in goes: opens a port by `direct`, tells what happens line by line, and answers
 * whoever comes with the address that it sees. Its input is what it is told: `nudge`, `stop`, or its end.
 */
import type { Duplex } from 'node:stream'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { PLAIN_BOX, SecretFolder } from '../../../server/core/secret-box.ts'
import { DirectProvider, type DirectSettings } from '../../../server/tunnels/direct/direct-provider.ts'
import { mappingSecretIn } from '../../../server/tunnels/direct/mapping-secret.ts'
import type { LocalTarget } from '../../../server/tunnels/provider.ts'

const [, , settings = '{}', publicHost = 'home.example', secrets = ''] = process.argv
const target: LocalTarget = { addresses: [{ kind: 'socket', path: '/nowhere' }], publicHost }
const provider = new DirectProvider(JSON.parse(settings) as DirectSettings, {
  openDoor: () => {
    const open = new Set<Duplex>()
    return {
      take(visitor, client) {
        open.add(visitor)
        visitor.on('error', () => undefined).end(`you are ${client?.address}\n`)
      },
      close() {
        for (const visitor of open) visitor.destroy()
      },
    }
  },
  mappingSecret: async () => mappingSecretIn(new SecretFolder(secrets, PLAIN_BOX)),
  environment: process.env,
  wait: async (ms, signal) => delay(ms, undefined, { signal }),
})

const tell = (what: unknown): boolean => process.stdout.write(`${JSON.stringify(what)}\n`)
const stop = new AbortController()
const input = createInterface({ input: process.stdin })
input.on('line', (line) => (line === 'nudge' ? provider.nudge() : stop.abort()))
input.on('close', () => stop.abort())

const findings = await provider.prepare(target)
tell({ type: 'prepared', findings, facts: provider.facts() })
if (findings.every(({ weight }) => weight !== 'stop')) {
  try {
    for await (const event of provider.run(target, stop.signal)) tell(event)
  } catch (error) {
    tell({ type: 'lost', reason: error instanceof Error ? error.message : String(error) })
  }
}
tell({ type: 'ended' })
input.close()
