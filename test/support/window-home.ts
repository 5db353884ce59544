/** A real home with a scripted peer beside it, to be driven from the window: what the browser tests begin with. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FakeActor, FakePeer, type HomeTarget } from './fake-peer.ts'
import { type ProcessHome, startProcessHome } from './process-home.ts'

interface WindowHomeOptions {
  /** Null: not set up yet. */
  readonly handle: string | null
  readonly domain?: string | null
}

export interface WindowHome extends AsyncDisposable {
  readonly home: ProcessHome
  readonly peer: FakePeer
  /** `http://127.0.0.1:<private port>` */
  readonly origin: string
  /** Where the peer sends to. */
  target(): HomeTarget
  /** An answer to every Follow that comes, as an open account gives it. */
  acceptsFollows(actor: FakeActor): Promise<void>
  close(): Promise<void>
}

export async function openWindowHome(options: WindowHomeOptions): Promise<WindowHome> {
  const { handle, domain = 'home.example' } = options
  const peer = new FakePeer({})
  await peer.open()
  const folder = await mkdtemp(join(tmpdir(), 'hb-window-'))
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, peer.tlsCa)
  const home = await startProcessHome({
    handle,
    domain: handle === null ? null : domain,
    env: {
      NODE_EXTRA_CA_CERTS: caFile,
      HOMEBIRD_HOST_ADDRESSES: peer.hosts.map((host) => `${host}=${peer.address}`).join(','),
    },
  })
  const target = (): HomeTarget => ({ host: domain ?? 'homebird.invalid', port: home.publicPort })
  peer.meets({
    host: domain ?? 'homebird.invalid',
    get port() {
      return home.publicPort
    },
  })
  const close = async (): Promise<void> => {
    await home.close()
    await peer.close()
    await rm(folder, { recursive: true, force: true })
  }
  return {
    home,
    peer,
    get origin() {
      return `http://127.0.0.1:${home.privatePort}`
    },
    target,
    acceptsFollows: async (actor) => {
      const follow = await actor.inbox.waitForType('Follow')
      await actor.sends(target(), actor.accept(follow.activity))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
