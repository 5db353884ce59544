/** Whether letters are keys, and what each does where the person changed it; kept in this browser, as keyboards differ. */
import {
  type ChangedKeys,
  type KeyRefusal,
  bindingsOf,
  parseChangedKeys,
  refusalOf,
  withKeys,
} from '../keys/change-keys.ts'
import { type KeyTable, keyTable } from '../keys/key-reader.ts'
import { type Bindings, type Command, type Key, isPlainKey } from '../keys/keymap.ts'
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export interface KeySettingsView {
  /** False: no letter does anything. */
  readonly isOn: boolean
  readonly changed: ChangedKeys
  readonly bindings: Bindings
}

const STORAGE_KEY = 'homebird.keys'

export class KeySettings {
  readonly #storage: KeyValueStorage
  readonly #view: Store<KeySettingsView>
  #table: KeyTable

  constructor(storage: KeyValueStorage) {
    this.#storage = storage
    const stored = readStored(storage, STORAGE_KEY)
    const { isOn, changed } = (typeof stored === 'object' && stored !== null ? stored : {}) as {
      isOn?: unknown
      changed?: unknown
    }
    const view = viewOf(isOn !== false, parseChangedKeys(changed))
    this.#view = createStore(view)
    this.#table = keyTable(view.bindings, view.isOn)
  }

  get view(): Observable<KeySettingsView> {
    return this.#view
  }

  /** What every key press is looked up in. */
  table(): KeyTable {
    return this.#table
  }

  /** @returns null when it was taken, else why not */
  setKey(command: Command, key: Key): KeyRefusal | null {
    const { isOn, changed, bindings } = this.#view.get()
    const refusal = refusalOf(bindings, command, key)
    if (refusal === null) this.#keep(viewOf(isOn, withKeys(changed, command, [key])))
    return refusal
  }

  /** The command has no key any more. */
  removeKey(command: Command): void {
    const { isOn, changed } = this.#view.get()
    this.#keep(viewOf(isOn, withKeys(changed, command, [])))
  }

  /** @returns why it cannot have its usual keys again: somebody else has one of them now */
  resetKey(command: Command): KeyRefusal | null {
    const { isOn, changed, bindings } = this.#view.get()
    const usual = bindingsOf({})[command].filter(isPlainKey)
    for (const key of usual) {
      const refusal = refusalOf(bindings, command, key)
      if (refusal !== null) return refusal
    }
    this.#keep(viewOf(isOn, withKeys(changed, command, usual)))
    return null
  }

  setOn(isOn: boolean): void {
    this.#keep(viewOf(isOn, this.#view.get().changed))
  }

  resetAll(): void {
    this.#keep(viewOf(true, {}))
  }

  #keep(view: KeySettingsView): void {
    this.#table = keyTable(view.bindings, view.isOn)
    this.#view.set(view)
    const isUsual = view.isOn && Object.keys(view.changed).length === 0
    writeStored(this.#storage, STORAGE_KEY, isUsual ? null : { isOn: view.isOn, changed: view.changed })
  }
}

function viewOf(isOn: boolean, changed: ChangedKeys): KeySettingsView {
  return { isOn, changed, bindings: bindingsOf(changed) }
}
