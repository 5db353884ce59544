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
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'
import { createStore, type Observable, type Store } from './observable.ts'

const STORAGE_KEY = 'homebird.preferences'

export class PreferenceStore implements Observable<Preferences> {
  readonly #api: ApiClient
  readonly #storage: KeyValueStorage
  readonly #values: Store<Preferences>
  /** Changes on their way, by the order in which they were made; each lies over what the home said. */
  readonly #waiting: PreferencesEdit[] = []
  #confirmed: Preferences

  constructor(api: ApiClient, storage: KeyValueStorage) {
    this.#api = api
    this.#storage = storage
    const kept = readStored(storage, STORAGE_KEY)
    this.#confirmed = completePreferences(
      typeof kept === 'object' && kept !== null ? (kept as Readonly<Record<string, unknown>>) : {},
    )
    this.#values = createStore(this.#confirmed)
  }

  get(): Preferences {
    return this.#values.get()
  }

  subscribe(listener: () => void): () => void {
    return this.#values.subscribe(listener)
  }

  /** Whether it differs from what it is at first. */
  isChanged(name: PreferenceName): boolean {
    return JSON.stringify(this.get()[name]) !== JSON.stringify(PREFERENCES[name].usual)
  }

  /** Asks the home. Without an answer the copy of this browser stays. */
  async load(): Promise<void> {
    try {
      this.#confirm(await getPreferences(this.#api))
    } catch {
      // The bar says that the home is away; what was preferred last is as good as anything.
    }
  }

  /**
   * Counts at once; taken back when the home refuses it or cannot be reached.
   * @throws ApiFailure
   */
  async edit(edit: PreferencesEdit): Promise<void> {
    this.#waiting.push(edit)
    this.#show()
    try {
      const said = await editPreferences(this.#api, edit)
      this.#waiting.splice(this.#waiting.indexOf(edit), 1)
      this.#confirm(said)
    } catch (error) {
      this.#waiting.splice(this.#waiting.indexOf(edit), 1)
      this.#show()
      throw error
    }
  }

  #confirm(said: Preferences): void {
    this.#confirmed = completePreferences(said)
    writeStored(this.#storage, STORAGE_KEY, this.#confirmed)
    this.#show()
  }

  #show(): void {
    const shown = Object.assign({}, this.#confirmed, ...this.#waiting) as Readonly<Record<string, unknown>>
    this.#values.set(completePreferences(shown))
  }
}
