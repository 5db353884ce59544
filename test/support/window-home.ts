/** A real home with a scripted peer beside it, to be driven from the window: what the browser tests begin with. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { type FakeActor, FakePeer, type HomeTarget } from './fake-peer.ts'
import type { NoteFacts } from './fake-peer-actor.ts'
import { type HomeClient, signedInClient } from './home-client.ts'
import { type ProcessHome, startProcessHome } from './process-home.ts'
import { until } from './until.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export interface WindowHomeOptions {
  /** Null: not set up yet. */
  readonly handle: string | null
  readonly domain?: string
  readonly env?: Readonly<Record<string, string>>
}

export class WindowHome implements AsyncDisposable {
  readonly home: ProcessHome
  readonly peer: FakePeer
  readonly domain: string
  readonly #folder: string
  #owner: HomeClient | null = null

  constructor(home: ProcessHome, peer: FakePeer, domain: string, folder: string) {
    this.home = home
    this.peer = peer
    this.domain = domain
    this.#folder = folder
    peer.meets(this.target())
  }

  /** Where the window is served. */
  get origin(): string {
    return `http://127.0.0.1:${this.home.privatePort}`
  }

  /** Where the peer sends to. */
  target(): HomeTarget {
    return { host: this.domain, port: this.home.publicPort }
  }

  /** The owner by the client API, beside the window. */
  async owner(): Promise<HomeClient> {
    this.#owner ??= await signedInClient(this.home)
    return this.#owner
  }

  /** Lets the actor answer the Follow that is on its way. */
  async accepts(actor: FakeActor): Promise<void> {
    const follow = await actor.inbox.waitForType('Follow')
    await this.receives(actor, actor.accept(follow.activity))
  }

  /** Makes the owner a follower of the actor, without the window. */
  async follows(actor: FakeActor): Promise<void> {
    const owner = await this.owner()
    // On a busy machine the first look at another server may take longer than the home waits.
    const account = await until(`${actor.handle} is found`, async () => owner.find(actor.handle))
    await owner.call('POST', `/api/v1/accounts/${account['id']}/follow`)
    await this.accepts(actor)
    await until(`${actor.handle} is followed`, async () => {
      const { following } = await owner.relationship(String(account['id']))
      return String(following) === 'true'
    })
  }

  /** An activity arrives from the actor. */
  async receives(actor: FakeActor, activity: object): Promise<void> {
    const answer = await actor.sends(this.target(), activity)
    if (answer.status !== 202) throw new Error(`the inbox answered ${answer.status}: ${answer.text()}`)
  }

  /** The actor writes, and the post is in the home timeline. */
  async reads(actor: FakeActor, ...notes: readonly NoteFacts[]): Promise<void> {
    const owner = await this.owner()
    for (const facts of notes) {
      const note = actor.note(facts)
      await this.receives(actor, actor.create(note))
      await until(`${note.id} arrives`, async () =>
        (await owner.homeTimeline(80)).some((post) => String(post['uri']) === note.id),
      )
    }
  }

  /** Opens the window and signs in by password. */
  async enters(page: Page, path = '/'): Promise<void> {
    await page.goto(`${this.origin}${path}`)
    await page.getByLabel('Password', { exact: true }).fill(this.home.password)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').first().waitFor()
  }

  async close(): Promise<void> {
    await this.home.close()
    await this.peer.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

export async function openWindowHome(options: WindowHomeOptions): Promise<WindowHome> {
  const { handle, domain = 'home.example', env = {} } = options
  await buildWindow()
  const peer = new FakePeer({})
  await peer.open()
  const folder = await mkdtemp(join(tmpdir(), 'hb-window-'))
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, peer.tlsCa)
  const home = await startProcessHome({
    handle,
    domain: handle === null ? null : domain,
    env: {
      ...env,
      NODE_EXTRA_CA_CERTS: caFile,
      HOMEBIRD_HOST_ADDRESSES: peer.hosts.map((host) => `${host}=${peer.address}`).join(','),
    },
  })
  return new WindowHome(home, peer, domain, folder)
}

/** Quick when nothing has changed since the last time. */
export async function buildWindow(): Promise<void> {
  const build = spawn(process.execPath, [join(ROOT, 'build', 'bootstrap.mjs'), 'build:window'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  build.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(build, 'close')) as [number]
  if (code !== 0) throw new Error(`the window could not be built:\n${output}`)
}
