/**
 * The children of a home but for the tunnel: launched ahead of their turn, begun in order, kept running, told of the
 * line. The addresses of the servers are kept here too, as the first of them finds the ports that all share.
 */
import type { ChildRole, StartMessage } from '../contracts/child-message.ts'
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { Config } from '../core/config.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Child } from './child.ts'
import type { Demand } from './connection-budget.ts'
import type { KeptPart } from './kept-part.ts'
import type { WantedAddress } from './ports.ts'

const MIGRATION_LIMIT_MS = 30 * 60_000
const READY_LIMIT_MS = 60_000

interface ChildrenNeeds {
  launch(role: ChildRole, name: string): Child
  keep(name: string, open: () => Promise<Child>): KeptPart<Child>
  /** What it is told at its start; asked for at every start of every child. */
  startMessage(role: ChildRole, index: number): StartMessage<Config>
  /** Settles when the database answers: a child that starts again waits for it. */
  databaseRuns(): Promise<void> | undefined
  serverIsReady(index: number, child: Child): void
}

export class HomeChildren {
  readonly #needs: ChildrenNeeds
  readonly #kept: KeptPart<Child>[] = []
  /** Launched ahead of their turn, so that their programs load while the database starts. */
  readonly #ahead = new Map<string, Child>()
  readonly #stopRequested = Promise.withResolvers<void>()
  #isStopping = false
  #migration: Child | null = null
  #publicListen: ListenAddress | null = null
  #privateListen: ListenAddress | null = null

  constructor(needs: ChildrenNeeds) {
    this.#needs = needs
  }

  get kept(): readonly KeptPart<Child>[] {
    return this.#kept
  }

  get publicListen(): ListenAddress | null {
    return this.#publicListen
  }

  get privateListen(): ListenAddress | null {
    return this.#privateListen
  }

  /** Null while it does not run. */
  server(index: number): Child | null {
    return this.#kept.find(({ name }) => name === `server-${index}`)?.life ?? null
  }

  launchAhead({ servers, workers }: Demand): void {
    this.#ahead.set('migrate', this.#needs.launch('migrate', 'migrate'))
    if (servers > 0) this.#ahead.set('server-0', this.#needs.launch('server', 'server-0'))
    if (workers > 0) this.#ahead.set('worker-0', this.#needs.launch('worker', 'worker-0'))
  }

  async migrate(): Promise<void> {
    const child = this.#take('migrate', 'migrate')
    this.#migration = child
    await child.begin(this.#needs.startMessage('migrate', 0), MIGRATION_LIMIT_MS)
    // Ready says that all is done; its end is a formality that nobody waits for, but for a stop.
    void child.ended.then(() => {
      this.#migration = null
    })
  }

  /** Servers and workers never speak to each other. Servers wait for the first: it finds the port that all share. */
  async start(
    { servers, workers }: Demand,
    addresses: readonly WantedAddress[],
    isReady: (name: string) => void,
  ): Promise<void> {
    for (const { setting, address } of addresses) {
      if (setting === 'HOMEBIRD_PORT') this.#publicListen = address
      else this.#privateListen = address
    }
    await Promise.all([
      this.#startAll('server', servers, isReady),
      this.#startAll('worker', workers, isReady),
    ])
  }

  tellAll(message: Parameters<Child['tell']>[0]): void {
    for (const { life } of this.#kept) life?.tell(message)
  }

  tellWorkers(message: Parameters<Child['tell']>[0]): void {
    for (const { name, life } of this.#kept) if (name.startsWith('worker-')) life?.tell(message)
  }

  /** From now on nothing is launched, and nobody waits for the database. */
  refuseStarts(): void {
    this.#isStopping = true
    this.#stopRequested.resolve()
  }

  /** Workers are told first and servers at once after them: they do not need each other, and time is short. */
  async stopKept(): Promise<void> {
    await Promise.all(this.#kept.toReversed().map((part) => part.stop()))
  }

  async stopUnkept(): Promise<void> {
    await Promise.all([...this.#ahead.values(), this.#migration].map(async (child) => child?.stop()))
  }

  async #startAll(role: 'server' | 'worker', count: number, isReady: (name: string) => void): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await this.#start(role, index)
      isReady(`${role}-${index}`)
    }
  }

  async #start(role: 'server' | 'worker', index: number): Promise<void> {
    const name = `${role}-${index}`
    const part = this.#needs.keep(name, async () => {
      await Promise.race([this.#needs.databaseRuns(), this.#stopRequested.promise])
      const start = this.#needs.startMessage(role, index)
      const child = this.#take(role, name)
      const ready = child.begin(start, READY_LIMIT_MS)
      if (role === 'server')
        ready
          .then((listening) => {
            this.#remember(index, listening)
            this.#needs.serverIsReady(index, child)
          })
          .catch(() => undefined) // told by the child that did not begin
      return child
    })
    this.#kept.push(part)
    await part.start()
  }

  #take(role: ChildRole, name: string): Child {
    if (this.#isStopping) throw new HomebirdError('NOT_RUNNING', 'the home is stopping')
    const ahead = this.#ahead.get(name)
    this.#ahead.delete(name)
    return ahead ?? this.#needs.launch(role, name)
  }

  /** A port that was 0 stays the one that was found, for the other servers and for every later start. */
  #remember(index: number, listening: readonly ListenAddress[]): void {
    const [publicBound, privateBound] = listening
    if (publicBound !== undefined) this.#publicListen = publicBound
    if (index === 0 && privateBound !== undefined) this.#privateListen = privateBound
  }
}

/** Of `server-3`: 3. Null for what is no server. */
export function serverNumberOf(name: string): number | null {
  const number = /^server-(\d+)$/.exec(name)?.[1]
  return number === undefined ? null : Number(number)
}
