/**
 * What the owner prefers: the home has the truth, this browser a copy, so that the window opens in the right dress before
 * the home has answered and also where it does not.
 */
import {
  PREFERENCES,
  type PreferenceName,
  type Preferences,
  type PreferencesEdit,
  completePreferences,
} from '../../server/contracts/preferences.ts'
import type { ApiClient } from '../api/client.ts'
import { editPreferences, getPreferences } from '../api/preferences.ts'
import { PREFERENCES_KEY, readKeptPreferences } from './kept-preferences.ts'
import { type KeyValueStorage, writeStored } from './key-value-storage.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export class PreferenceStore implements Observable<Preferences> {
  readonly #api: ApiClient
  readonly #storage: KeyValueStorage
  readonly #values: Store<Preferences>
  /** Changes on their way, by the order in which they were made; each lies over what the home said. */
  readonly #waiting: PreferencesEdit[] = []
  #confirmed: Preferences
  /** Counts when a change is made in this window and when the home has answered it. */
  #edits = 0
  #isTold = false
  /** Ends when the home has answered the change before. */
  #lastEdit: Promise<unknown> = Promise.resolve()

  constructor(api: ApiClient, storage: KeyValueStorage) {
    this.#api = api
    this.#storage = storage
    this.#confirmed = readKeptPreferences(storage)
    this.#values = createStore(this.#confirmed)
  }

  get(): Preferences {
    return this.#values.get()
  }

  subscribe(listener: () => void): () => void {
    return this.#values.subscribe(listener)
  }

  /** Tells when one of these changes, and of no other. */
  follow(names: readonly PreferenceName[], listener: () => void): () => void {
    const now = (): string => JSON.stringify(names.map((name) => this.get()[name]))
    let last = now()
    return this.subscribe(() => {
      const next = now()
      if (next === last) return
      last = next
      listener()
    })
  }

  /** Whether it differs from what it is at first. */
  isChanged(name: PreferenceName): boolean {
    return JSON.stringify(this.get()[name]) !== JSON.stringify(PREFERENCES[name].usual)
  }

  /** Whether the home has told them since the window was opened. */
  get isTold(): boolean {
    return this.#isTold
  }

  /** Asks the home. Without an answer the copy of this browser stays. */
  async load(): Promise<void> {
    const edits = this.#edits
    try {
      const said = await getPreferences(this.#api)
      this.#isTold = true
      // What was changed meanwhile is newer than this answer.
      if (edits === this.#edits) this.#confirm(said)
    } catch {
      // The bar says that the home is away; what was preferred last is as good as anything.
    }
  }

  /**
   * Counts at once; taken back when the home refuses it or cannot be reached. The home is told of one change after the other,
   * so that of two to the same thing it keeps the later, and no answer is older than what is shown.
   * @throws ApiFailure
   */
  async edit(edit: PreferencesEdit): Promise<void> {
    this.#edits += 1
    this.#waiting.push(edit)
    this.#show()
    const answer = this.#lastEdit.then(async () => editPreferences(this.#api, edit))
    // A change that failed is told by its own call below; the next one only waits for its end.
    this.#lastEdit = answer.catch(() => undefined)
    try {
      const said = await answer
      this.#waiting.splice(this.#waiting.indexOf(edit), 1)
      this.#confirm(said)
    } catch (error) {
      this.#waiting.splice(this.#waiting.indexOf(edit), 1)
      this.#show()
      throw error
    } finally {
      this.#edits += 1
    }
  }

  #confirm(said: Preferences): void {
    this.#confirmed = completePreferences(said)
    writeStored(this.#storage, PREFERENCES_KEY, this.#confirmed)
    this.#show()
  }

  #show(): void {
    const shown = Object.assign({}, this.#confirmed, ...this.#waiting) as Readonly<Record<string, unknown>>
    this.#values.set(completePreferences(shown))
  }
}
