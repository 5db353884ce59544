/** Two whole homes on loopback, each behind TLS under a name of its own, that reach each other by these names. */
import { appendFile } from 'node:fs/promises'
import { type FakePeer, reach } from './fake-peer.ts'
import { type HomeClient, signedInClient } from './home-client.ts'
import { type ProcessHome, startProcessHome } from './process-home.ts'
import { type TestCa, createTestCa } from './test-tls.ts'
import { type TlsFront, openTlsFront } from './tls-front.ts'

export interface MetHome {
  readonly home: ProcessHome
  readonly front: TlsFront
  readonly owner: HomeClient
  readonly handle: string
  /** Leads the front to where the home listens now; to be called after it was started again. */
  reconnect(): void
}

export interface TwoHomes extends AsyncDisposable {
  readonly ca: TestCa
  readonly a: MetHome
  readonly b: MetHome
}

interface TwoHomesOptions {
  readonly names?: readonly [string, string]
  readonly env?: Readonly<Record<string, string>>
  /** Scripted servers that both homes reach. */
  readonly peers?: readonly FakePeer[]
  /** For the first home only. */
  readonly firstEnv?: Readonly<Record<string, string>>
}

export async function openTwoHomes(options: TwoHomesOptions = {}): Promise<TwoHomes> {
  const closers: Array<() => Promise<unknown>> = []
  const dispose = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close()
  }
  try {
    const disposers: Array<() => void> = []
    closers.push(async () => {
      for (const work of disposers) work()
    })
    const ca = createTestCa({ after: (work) => disposers.push(work) })
    const names = options.names ?? ['ana.example', 'ben.example']
    const fronts = await Promise.all(names.map(async (name) => openTlsFront(ca, [name])))
    closers.push(async () => Promise.all(fronts.map(async (front) => front.close())))
    const { hostAddresses, tlsCa } = reach(...(options.peers ?? []))
    await appendFile(ca.caFile, tlsCa.map((pem) => `\n${pem}`).join(''))
    const addresses = [
      ...names.map((name, index) => `${name}=${fronts[index]?.address}`),
      ...Object.entries(hostAddresses).map((pair) => pair.join('=')),
    ]
    const env = {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: addresses.join(','),
      ...options.env,
    }
    // Both have started, or failed, before anything is ended.
    const opened = await Promise.allSettled(
      names.map(async (name, index) => {
        const front = fronts[index]
        if (front === undefined) throw new Error(`no front for ${name}`)
        const ownEnv = { ...env, ...(index === 0 ? options.firstEnv : {}) }
        return openMetHome(name, front, ownEnv, (close) => closers.push(close))
      }),
    )
    const [a, b] = opened.map((one) => {
      if (one.status === 'rejected') throw one.reason
      return one.value
    })
    if (a === undefined || b === undefined) throw new Error('two names are needed')
    return { ca, a, b, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** @param closes  is told how it is ended as soon as it runs */
async function openMetHome(
  domain: string,
  front: TlsFront,
  env: Record<string, string>,
  closes: (close: () => Promise<void>) => void,
): Promise<MetHome> {
  const handle = domain.split('.')[0] ?? 'me'
  const home = await startProcessHome({ domain, handle, env })
  closes(async () => home.close())
  front.leadTo(home.publicPort)
  const owner = await signedInClient(home)
  return { home, front, owner, handle: `${handle}@${domain}`, reconnect: () => front.leadTo(home.publicPort) }
}
