/** Newer versions of Homebird: looked for, brought, and installed at the person's word or as the program ends. */
import type { UpdateState, UpdatesBridge } from '../../server/contracts/desktop-bridge.ts'
import {
  type UpdateEvent,
  type UpdateMachine,
  actOf,
  afterEvent,
  offState,
  startMachine,
  stateOf,
} from './update-machine.ts'
import type { UpdaterEngine } from './updater-engine.ts'

export interface Updates extends UpdatesBridge {
  /** While something is being written nothing restarts. */
  readonly setWriting: (isWriting: boolean) => void
  /**
   * The last act of the program, when the home has stopped and its windows are closed. Never rejects.
   * @param isQuick  the system itself goes down and waits for nobody: then only what the person asked for is begun
   */
  readonly installAtEnd: (isQuick: boolean) => Promise<void>
  close(): void
}

type Busy = 'backup' | 'restore' | 'start'

export interface UpdatesNeeds {
  readonly version: string
  /** Null where nothing can be looked for; `whyOff` says why. */
  readonly engine: UpdaterEngine | null
  readonly whyOff: string
  readonly store: { get(name: string): unknown; set(name: string, value: unknown): void }
  readonly clock: { now(): number; after(ms: number, act: () => void): () => void; chance(): number }
  /** Null where the system does not tell. Asked only while a newer version waits to be brought. */
  readonly isMetered: () => Promise<boolean | null>
  readonly busyWith: () => Busy | null
  /** What the copy before the first start of the new version will need, and what is free for it. */
  readonly roomForCopy: () => Promise<{ readonly neededBytes: number; readonly freeBytes: number }>
  /** Ends the program in its order; `installAtEnd` is called in the course of it. */
  readonly quit: () => void
  /** Starts this version again as the program ends. */
  readonly relaunch: () => void
  readonly log: (level: 'info' | 'warn', message: string) => void
}

/** Sleep stops timers but not the clock on the wall, so it is looked at this often. */
const LOOK_AT_CLOCK_EVERY_MS = 10 * 60_000
/** While something is ready, what it waits for is told this soon. */
const LOOK_AT_BUSY_EVERY_MS = 3_000
const FAILURE = 'updates.failure'

export function openUpdates(needs: UpdatesNeeds): Updates {
  return needs.engine === null ? closedUpdates(needs) : new RunningUpdates(needs, needs.engine)
}

/** A build that looks for nothing says so. */
function closedUpdates({ version, whyOff }: UpdatesNeeds): Updates {
  const state = offState(version, whyOff)
  return {
    state: () => Promise.resolve(state),
    check: () => Promise.resolve(state),
    install: () => Promise.reject(new Error(whyOff)),
    onState: () => () => undefined,
    setWriting: () => undefined,
    installAtEnd: () => Promise.resolve(),
    close: () => undefined,
  }
}

class RunningUpdates implements Updates {
  readonly #needs: UpdatesNeeds
  readonly #engine: UpdaterEngine
  readonly #listeners = new Set<(state: UpdateState) => void>()
  #machine: UpdateMachine
  #isWriting = false
  #isMetered = false
  #isRestartAsked = false
  #isClosed = false
  #told: string
  #stopTimer: () => void = () => undefined
  /** What is done now; one thing at a time. */
  #acting: Promise<void> | null = null

  constructor(needs: UpdatesNeeds, engine: UpdaterEngine) {
    this.#needs = needs
    this.#engine = engine
    const failure = needs.store.get(FAILURE)
    if (failure !== undefined) needs.store.set(FAILURE, undefined)
    this.#machine = startMachine(needs.clock.now(), typeof failure === 'string' ? failure : null)
    this.#told = JSON.stringify(this.#state())
    this.#setTimer()
  }

  state = (): Promise<UpdateState> => Promise.resolve(this.#state())

  check = async (): Promise<UpdateState> => {
    // Whoever asks while it is being looked or brought gets what comes of that.
    if (this.#acting === null) this.#take({ kind: 'asked' })
    if (this.#machine.doing !== 'bringing') await this.#acting
    return this.#state()
  }

  install = async (): Promise<void> => {
    const { phase, waitsFor, next } = this.#state()
    if (phase !== 'ready' || next === null) throw new Error('there is no newer version ready to be installed')
    if (waitsFor.length > 0) throw new Error(`the restart waits for: ${waitsFor.join(', ')}`)
    await this.#requireRoom()
    this.#needs.log('info', `restarts into ${next.version}`)
    this.#isRestartAsked = true
    this.#needs.quit()
  }

  onState = (tell: (state: UpdateState) => void): (() => void) => {
    this.#listeners.add(tell)
    return () => this.#listeners.delete(tell)
  }

  setWriting = (isWriting: boolean): void => {
    this.#isWriting = isWriting
    this.#tell()
  }

  #goOn(): void {
    if (this.#isClosed) return
    this.#tell()
    const act = actOf(this.#machine, this.#needs.clock.now(), this.#isMetered)
    if (act !== null && this.#acting === null) {
      this.#acting = (act === 'look' ? this.#look() : this.#bring()).finally(() => {
        this.#acting = null
        this.#goOn()
      })
    }
    this.#setTimer()
  }

  async #lookAtLine(): Promise<void> {
    try {
      this.#isMetered = (await this.#needs.isMetered()) === true
    } catch (error) {
      this.#needs.log('warn', `whether the line is metered could not be found out: ${messageOf(error)}`)
      this.#isMetered = false
    }
  }

  async #ring(): Promise<void> {
    if (this.#machine.wanted !== null && this.#acting === null) await this.#lookAtLine()
    this.#goOn()
  }

  installAtEnd = async (isQuick: boolean): Promise<void> => {
    const { phase } = this.#state()
    const isWanted = this.#isRestartAsked || (this.#engine.installsQuietly && !isQuick && !this.#isWriting)
    this.close()
    if (phase !== 'ready' || !isWanted) return
    try {
      await this.#requireRoom()
      await this.#engine.install(this.#isRestartAsked)
      this.#needs.log('info', `${this.#machine.brought?.version ?? ''} was handed to the system`)
    } catch (error) {
      const message = messageOf(error)
      this.#needs.log('warn', `the newer version was not installed: ${message}`)
      this.#needs.store.set(FAILURE, message)
      // Whoever asked for a restart gets their home back in any case.
      if (this.#isRestartAsked) this.#needs.relaunch()
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stopTimer()
    this.#listeners.clear()
  }

  async #look(): Promise<void> {
    this.#take({ kind: 'checking' })
    try {
      const found = await this.#engine.look()
      const next = found === null ? null : { version: found.version, notes: found.notes }
      if (next !== null) {
        this.#needs.log('info', `${next.version} is there`)
        await this.#lookAtLine()
      }
      this.#take({ kind: 'checked', next })
    } catch (error) {
      this.#fail(error)
    }
  }

  async #bring(): Promise<void> {
    this.#take({ kind: 'bringing', percent: 0 })
    try {
      await this.#engine.bring((percent) => this.#take({ kind: 'bringing', percent }))
      this.#take({ kind: 'brought' })
      this.#needs.log('info', `${this.#machine.brought?.version ?? ''} is ready to be installed`)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    const message = messageOf(error)
    this.#needs.log('warn', `updates: ${message}`)
    this.#take({ kind: 'failed', message })
  }

  #take(event: UpdateEvent): void {
    const { clock } = this.#needs
    this.#machine = afterEvent(this.#machine, event, clock.now(), clock.chance())
    this.#goOn()
  }

  /** The new version copies the home before it touches anything, and would not start without room for that. */
  async #requireRoom(): Promise<void> {
    const { neededBytes, freeBytes } = await this.#needs.roomForCopy()
    if (freeBytes >= neededBytes) return
    throw new Error(
      `the copy of the home before the new version starts needs ${megabytes(neededBytes)} and ` +
        `${megabytes(freeBytes)} are free; make room, then restart`,
    )
  }

  #state(): UpdateState {
    // Nothing waits for anything while nothing is ready.
    const busy = this.#machine.brought === null ? null : this.#needs.busyWith()
    return stateOf(this.#machine, this.#needs.version, [
      ...(this.#isWriting ? (['writing'] as const) : []),
      ...(busy === null ? [] : [busy]),
    ])
  }

  #tell(): void {
    const state = this.#state()
    const text = JSON.stringify(state)
    if (text === this.#told) return
    this.#told = text
    for (const tell of this.#listeners) tell(state)
  }

  #setTimer(): void {
    this.#stopTimer()
    if (this.#isClosed) return
    const { clock } = this.#needs
    const untilDue = Math.max(0, this.#machine.dueAt - clock.now())
    const longest = this.#machine.brought === null ? LOOK_AT_CLOCK_EVERY_MS : LOOK_AT_BUSY_EVERY_MS
    // Due already and still not done: it waits for the line, or is being done.
    const wait = untilDue === 0 ? longest : Math.min(untilDue, longest)
    this.#stopTimer = clock.after(wait, () => void this.#ring())
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
