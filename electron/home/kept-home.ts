/** The home as the shell keeps it: started, stopped, started again, with its stage told to whoever looks on. */
import {
  type Appliance,
  type ApplianceEvent,
  type ApplianceOptions,
  homeFolder,
  openAppliance,
} from '../../server/appliance/index.ts'

export type HomeStage =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly appliance: Appliance }
  /** It did not start, or it has ended by itself; a HomebirdError says why by its code. */
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'stopped' }

export interface KeptHome {
  /** Where it lies, or would lie. */
  readonly dataDir: string
  readonly stage: HomeStage
  /** The home that runs now, or null. */
  readonly appliance: Appliance | null
  /** @returns what ends the listening */
  onStage(tell: (stage: HomeStage) => void): () => void
  /** What the supervisor tells of its parts, also while it starts. @returns what ends the listening */
  onEvent(tell: (event: ApplianceEvent) => void): () => void
  /** Starts it, unless it starts or runs. Never rejects: the stage says how it went. */
  start(): Promise<void>
  /** Stops it in order, in whatever stage it is; within 10 s. */
  stop(): Promise<void>
}

export type HomeOptions = Omit<ApplianceOptions, 'onEvent' | 'signal' | 'role' | 'privateSocket'>

export interface KeptHomeNeeds {
  /** A listener has thrown: its own fault, which keeps neither the home nor the other listeners from anything. */
  readonly failed: (error: unknown) => void
  readonly open?: (options: ApplianceOptions) => Promise<Appliance>
}

export function openKeptHome(options: HomeOptions, needs: KeptHomeNeeds): KeptHome {
  return new Home(options, needs)
}

class Home implements KeptHome {
  readonly dataDir: string
  readonly #options: HomeOptions
  readonly #needs: KeptHomeNeeds
  readonly #stageListeners = new Set<(stage: HomeStage) => void>()
  readonly #eventListeners = new Set<(event: ApplianceEvent) => void>()
  #stage: HomeStage = { kind: 'stopped' }
  #starting: { readonly done: Promise<void>; readonly abort: AbortController } | null = null
  #stopping: Promise<void> | null = null

  constructor(options: HomeOptions, needs: KeptHomeNeeds) {
    this.#options = options
    this.#needs = needs
    this.dataDir = homeFolder(options.sources)
  }

  get stage(): HomeStage {
    return this.#stage
  }

  get appliance(): Appliance | null {
    return this.#stage.kind === 'running' ? this.#stage.appliance : null
  }

  onStage(tell: (stage: HomeStage) => void): () => void {
    this.#stageListeners.add(tell)
    return () => this.#stageListeners.delete(tell)
  }

  onEvent(tell: (event: ApplianceEvent) => void): () => void {
    this.#eventListeners.add(tell)
    return () => this.#eventListeners.delete(tell)
  }

  async start(): Promise<void> {
    if (this.#stopping !== null) await this.#stopping
    if (this.#stage.kind === 'running') return
    if (this.#starting === null) {
      const abort = new AbortController()
      const done = this.#open(abort.signal).finally(() => {
        this.#starting = null
      })
      this.#starting = { done, abort }
    }
    await this.#starting.done
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = null
    })
    return this.#stopping
  }

  async #open(signal: AbortSignal): Promise<void> {
    this.#enter({ kind: 'starting' })
    const { open = openAppliance } = this.#needs
    let appliance: Appliance
    try {
      appliance = await open({
        ...this.#options,
        role: 'all',
        privateSocket: true,
        signal,
        onEvent: (event) => this.#tell(this.#eventListeners, event),
      })
    } catch (error) {
      if (signal.aborted) this.#enter({ kind: 'stopped' })
      else this.#enter({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
      return
    }
    // It stood before it could hear that it is not wanted any more.
    if (signal.aborted) {
      await appliance.stop()
      return this.#enter({ kind: 'stopped' })
    }
    this.#enter({ kind: 'running', appliance })
    void appliance.ended.then((reason) => {
      if (this.appliance !== appliance) return
      if (reason !== null) this.#enter({ kind: 'failed', error: reason })
      else if (appliance.isToReopen) {
        this.#stage = { kind: 'stopped' }
        void this.start()
      }
    })
  }

  async #stop(): Promise<void> {
    const { appliance } = this
    const starting = this.#starting
    if (appliance === null && starting === null) return
    this.#enter({ kind: 'stopping' })
    starting?.abort.abort()
    await starting?.done
    await appliance?.stop()
    this.#enter({ kind: 'stopped' })
  }

  #enter(stage: HomeStage): void {
    this.#stage = stage
    this.#tell(this.#stageListeners, stage)
  }

  #tell<T>(listeners: ReadonlySet<(told: T) => void>, told: T): void {
    for (const tell of listeners) {
      try {
        tell(told)
      } catch (error) {
        this.#needs.failed(error)
      }
    }
  }
}
