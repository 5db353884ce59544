/**
 * The start-up window: it shows how a start goes, says what failed and does what mends it. It needs neither the database nor
 * the server, and comes back when one of them ends again and again.
 */
import { join } from 'node:path'
import {
  type ApplianceEvent,
  type Launcher,
  readHomeJournal,
  takeHomeCopyBack,
} from '../../server/appliance/index.ts'
import type { JournalLineView } from '../../server/contracts/start-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { HomeStage, KeptHome } from '../home/kept-home.ts'
import { isCount, isText } from '../ipc/handle.ts'
import { START_CALLS, START_EVENTS, START_TELLS } from '../ipc/start-calls.ts'
import type { Words } from '../shell/words.ts'
import { type HomeSealer, type HomeSources, copyViews, countUsableCopies } from './start-copies.ts'
import { StartBackups } from './start-backups.ts'
import { type StartFailure, failureOf, loopOf, restoreFailure } from './start-failure.ts'
import {
  allDone,
  beforeStart,
  failedNow,
  freshRestore,
  freshStart,
  freshTakeBack,
  progressAfter,
  restoreAfter,
  withBytes,
} from './start-progress.ts'
import { type StartModel, viewOf } from './start-view.ts'
import type { WindowGround } from './open-windows.ts'

/** A start that is over before this shows no window. */
const OPENS_AFTER_MS = 700
/** Progress comes file by file; a page is told no more often. */
const TELL_EVERY_MS = 100
const JOURNAL_LINES = 200
const LONGEST_NAME = 200
const LONGEST_WORDS = 1_000
const LOOK = { width: 760, height: 620, minWidth: 320, minHeight: 400, autoHideMenuBar: true }

interface StartupNeeds {
  readonly home: KeptHome
  readonly sources: HomeSources
  readonly sealer: HomeSealer
  /** Starts the keeper. */
  readonly launcher: Launcher
  readonly ground: Pick<WindowGround, 'factory' | 'ipc'>
  readonly words: Words
  /** Brings the main window forward: the home runs, and this window goes. */
  readonly arrived: () => void
  /** The person is not to be bothered unless something fails: a start at login. */
  readonly isQuiet: boolean
}

/** What follows once something was to take the place of the home. */
type Next = 'start' | 'as_before' | 'nothing'

/** Its end waits until what is being put in the place of the home is there, or is given up with nothing left of it. */
export interface StartupWindow extends AsyncDisposable {
  /** Brings it forward while the home does not run. @returns whether it does so */
  show(): boolean
  /** A copy or a backup is being put in the place of the home: nothing else may end the program. */
  readonly isTakingBack: boolean
}

export function openStartupWindow(
  parts: Pick<ElectronParts, 'app' | 'dialog' | 'shell'>,
  needs: StartupNeeds,
): StartupWindow {
  return new Room(parts, needs)
}

class Room implements StartupWindow {
  readonly #parts: Pick<ElectronParts, 'app' | 'shell'>
  readonly #needs: StartupNeeds
  readonly #backups: StartBackups
  readonly #ends: (() => void)[]
  readonly #closing = new AbortController()
  #model: StartModel = { stage: 'stopped', steps: [], failure: null, failures: 0, usableCopies: 0 }
  /** The part that ends again and again. */
  #trouble: string | null = null
  #changing: Promise<Next> = Promise.resolve('nothing')
  #breakOff = new AbortController()
  #opening: NodeJS.Timeout | null = null
  #telling: NodeJS.Timeout | null = null

  constructor(parts: Pick<ElectronParts, 'app' | 'dialog' | 'shell'>, needs: StartupNeeds) {
    this.#parts = parts
    this.#needs = needs
    this.#backups = new StartBackups(parts, needs)
    this.#ends = [
      needs.home.onStage((stage) => this.#staged(stage)),
      needs.home.onEvent((event) => this.#heard(event)),
    ]
    this.#answer()
    this.#staged(needs.home.stage)
  }

  get isTakingBack(): boolean {
    return this.#model.stage === 'taking_back' || this.#model.stage === 'restoring'
  }

  show(): boolean {
    if (this.#needs.home.stage.kind === 'running' && this.#trouble === null) return false
    this.#open()
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    for (const end of this.#ends) end()
    this.#openLater(false)
    await this.#changing
    if (this.#telling !== null) clearTimeout(this.#telling)
  }

  #answer(): void {
    const { home, words, sources } = this.#needs
    const { ipc } = this.#needs.ground
    const { app, shell } = this.#parts
    ipc.hear('start', START_TELLS.listens, [], (sender) =>
      sender.send(START_EVENTS.view, viewOf(this.#model, words)),
    )
    // It answers as soon as the start is under way: how it goes is shown.
    ipc.answer('start', START_CALLS.startAgain, [], () => {
      if (!this.isTakingBack) void home.start()
    })
    ipc.answer('start', START_CALLS.restartPart, [], () => this.#restartPart())
    ipc.answer('start', START_CALLS.openLogs, [], () => openPath(shell, join(home.dataDir, 'logs')))
    ipc.answer('start', START_CALLS.openFolder, [], () => openPath(shell, home.dataDir))
    ipc.answer('start', START_CALLS.quit, [], () => app.quit())
    ipc.answer('start', START_CALLS.journal, [], () => this.#journal())
    ipc.answer('start', START_CALLS.copies, [], () => copyViews(sources, words))
    ipc.answer('start', START_CALLS.takeBack, [isText(LONGEST_NAME)], (_sender, name) => {
      void this.#replace('taking_back', async () => this.#changePlaces(name))
    })
    this.#answerRestore()
  }

  #answerRestore(): void {
    const { ipc } = this.#needs.ground
    const { signal } = this.#closing
    ipc.answer('start', START_CALLS.backups, [], () => this.#backups.choices(signal))
    ipc.answer('start', START_CALLS.chooseBackup, [], () => this.#backups.choose())
    ipc.answer('start', START_CALLS.lookInside, [isCount, isText(LONGEST_WORDS)], (_sender, id, words) =>
      this.#backups.look(id, words, signal),
    )
    ipc.answer('start', START_CALLS.restore, [isCount, isText(LONGEST_WORDS)], (_sender, id, words) => {
      void this.#replace('restoring', async () => this.#restore(id, words))
    })
    ipc.answer('start', START_CALLS.cancelRestore, [], () => this.#breakOff.abort())
  }

  #staged(stage: HomeStage): void {
    if (this.isTakingBack && stage.kind !== 'starting') return
    switch (stage.kind) {
      case 'starting': {
        const isMending = this.isTakingBack
        const done = beforeStart(this.#model.steps)
        this.#change({
          stage: 'starting',
          steps: isMending ? [...allDone(done, Date.now()), ...freshStart()] : freshStart(),
          failure: null,
        })
        this.#openLater(!this.#needs.isQuiet)
        break
      }
      case 'running':
        this.#trouble = null
        this.#change({
          stage: 'running',
          steps: allDone(this.#model.steps, Date.now()),
          failure: null,
          failures: 0,
        })
        this.#arrive()
        break
      case 'failed':
        this.#failed(stage.error)
        break
      case 'stopping':
      case 'stopped':
        this.#openLater(false)
        this.#change({ stage: stage.kind, steps: [], failure: null })
        break
      default:
        stage satisfies never
    }
  }

  #failed(error: unknown): void {
    const { steps } = this.#model
    // An external database is looked for before anything is started here.
    const isElsewhere = steps.some(({ name, mark }) => name === 'check' && mark === 'doing')
    this.#fails(failureOf(error, isElsewhere))
  }

  #fails(failure: StartFailure): void {
    const { steps, failures } = this.#model
    this.#change({
      stage: 'failed',
      steps: failedNow(steps, Date.now()),
      failure,
      failures: failures + 1,
      usableCopies: countUsableCopies(this.#needs.sources),
    })
    this.#open()
  }

  #heard(event: ApplianceEvent): void {
    const now = Date.now()
    if (event.kind === 'step') this.#change({ steps: progressAfter(this.#model.steps, event, now) })
    else if (event.kind === 'copying') {
      this.#change({ steps: progressAfter(this.#model.steps, event, now) }, false)
      this.#openLater(true)
    } else if (event.kind === 'notice' && event.level === 'error') this.#loops(event.part, event.message)
    else if (event.kind === 'part' && event.part.name === this.#trouble && event.part.state === 'Running') {
      this.#trouble = null
      this.#change({ failure: null })
      this.#arrive()
    }
  }

  /** Told by the supervisor once a part has ended five times within a minute. */
  #loops(part: string, message: string): void {
    const isVital = part === 'database' || part.startsWith('server-')
    if (!isVital || this.#model.stage !== 'running') return
    this.#trouble = part
    this.#change({ failure: loopOf(part, message) })
    this.#open()
  }

  async #restartPart(): Promise<void> {
    const { appliance } = this.#needs.home
    if (appliance === null || this.#trouble === null) throw new Error('no part has to be restarted now')
    await appliance.restartPart(this.#trouble)
  }

  #journal(): JournalLineView[] {
    const { home, sources, words } = this.#needs
    const lines = home.appliance?.journal(JOURNAL_LINES) ?? readHomeJournal(sources, JOURNAL_LINES)
    return lines.map(({ at, level, part, message }) => ({
      at,
      level,
      levelWord: words(`start.level_${level}`),
      part,
      message,
    }))
  }

  async #replace(stage: 'taking_back' | 'restoring', put: () => Promise<Next>): Promise<void> {
    if (this.isTakingBack || this.#closing.signal.aborted) return
    this.#trouble = null
    const before = this.#model
    const fresh = stage === 'restoring' ? freshRestore : freshTakeBack
    this.#breakOff = new AbortController()
    // At once: another press meets it, and so does what must not end the program now.
    this.#change({ stage, steps: fresh(Date.now()), failure: null })
    this.#changing = put()
    // The end of this room does not wait for the start: it is the home's own end that breaks it off.
    const next = await this.#changing
    if (next === 'nothing') return
    // What failed before waits as it did.
    if (next === 'as_before' && before.stage === 'failed') return this.#change(before)
    if (next === 'as_before') this.#change({ stage: 'stopped', steps: [] })
    await this.#needs.home.start()
  }

  /** Each failure is shown where the others are. */
  async #changePlaces(name: string): Promise<Next> {
    const { home, sources, sealer } = this.#needs
    const { signal } = this.#closing
    try {
      await home.stop()
      await takeHomeCopyBack(sources, name, {
        sealer,
        signal,
        progress: (done, total) => this.#change({ steps: withBytes(this.#model.steps, done, total) }, false),
      })
    } catch (error) {
      if (!signal.aborted) this.#failed(error)
      return 'nothing'
    }
    return signal.aborted ? 'nothing' : 'start'
  }

  /** One that is cancelled has not failed. */
  async #restore(id: number, words: string): Promise<Next> {
    const { home } = this.#needs
    const [closing, cancel] = [this.#closing.signal, this.#breakOff.signal]
    const signal = AbortSignal.any([closing, cancel])
    try {
      await home.stop()
      await this.#backups.restore(id, words, {
        signal,
        progress: (told) => this.#change({ steps: restoreAfter(this.#model.steps, told, Date.now()) }, false),
      })
    } catch (error) {
      if (closing.aborted) return 'nothing'
      if (cancel.aborted) return 'as_before'
      this.#fails(restoreFailure(error))
      return 'nothing'
    }
    return closing.aborted ? 'nothing' : 'start'
  }

  /** @param isAtOnce  false for what comes many times a second */
  #change(change: Partial<StartModel>, isAtOnce = true): void {
    this.#model = { ...this.#model, ...change }
    if (isAtOnce) this.#tell()
    else this.#telling ??= setTimeout(() => this.#tell(), TELL_EVERY_MS)
  }

  #tell(): void {
    if (this.#telling !== null) clearTimeout(this.#telling)
    this.#telling = null
    const view = viewOf(this.#model, this.#needs.words)
    for (const { webContents } of this.#needs.ground.factory.of('start'))
      webContents.send(START_EVENTS.view, view)
  }

  #openLater(isWanted: boolean): void {
    if (isWanted) {
      this.#opening ??= setTimeout(() => this.#open(), OPENS_AFTER_MS)
      return
    }
    if (this.#opening !== null) clearTimeout(this.#opening)
    this.#opening = null
  }

  #open(): void {
    this.#openLater(false)
    if (this.#closing.signal.aborted) return
    const [window] = this.#needs.ground.factory.of('start')
    if (window === undefined) this.#needs.ground.factory.open({ role: 'start', look: LOOK })
    else window.show()
  }

  /** The main window comes first: with the last window of all the program would end. */
  #arrive(): void {
    this.#openLater(false)
    const windows = this.#needs.ground.factory.of('start')
    if (windows.length === 0) return
    this.#needs.arrived()
    for (const window of windows) window.close()
  }
}

/** @throws with what the system says */
async function openPath(shell: ElectronParts['shell'], path: string): Promise<void> {
  const refusal = await shell.openPath(path)
  if (refusal !== '') throw new Error(`${path}: ${refusal}`)
}
