/**
 * The ssh provider alone, in a process of its own as in a home. Its only argument is a `BearerPlan` in JSON; it prints each
 * of its states as it comes to it, and ends with its input.
 */
import { readFileSync } from 'node:fs'
import { SshProvider } from '../../../server/tunnels/ssh/ssh-provider.ts'
import { TargetDoor } from '../../../server/tunnels/target-door.ts'

export interface BearerPlan {
  readonly port: number
  readonly user: string
  readonly hostKey: string
  /** Files of its own pair. */
  readonly privateKeyFile: string
  readonly publicKey: string
  /** Where the server listens. */
  readonly socket: string
  /** What is led to. */
  readonly targetPort: number
}

const plan = JSON.parse(process.argv[2] ?? '') as BearerPlan
const provider = new SshProvider({
  server: { host: '127.0.0.1', port: plan.port, user: plan.user },
  hostKey: plan.hostKey,
  listen: [{ kind: 'socket', path: plan.socket }],
  ownKey: async () => ({ privateKey: readFileSync(plan.privateKeyFile, 'utf8'), publicKey: plan.publicKey }),
  openDoor: ({ addresses }) => new TargetDoor(addresses),
})
const ending = new AbortController()
process.stdin.resume().once('end', () => ending.abort())
await provider.prepare()
const target = {
  addresses: [{ kind: 'tcp', host: '127.0.0.1', port: plan.targetPort }],
  publicHost: 'home.example',
} as const
for await (const event of provider.run(target, ending.signal))
  process.stdout.write(`${JSON.stringify(event)}\n`)
