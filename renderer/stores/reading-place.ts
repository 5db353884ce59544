/**
 * Where the reader is in the home timeline: kept in this browser at once, and on the home a little later, so that the
 * next start on any device begins there.
 */
import { getHomeMarker, setHomeMarker } from '../api/accounts.ts'
import type { ApiClient } from '../api/client.ts'
import { isPassing, toFailure } from '../api/failure.ts'
import { compareIds } from './home-timeline.ts'
import { type KeyValueStorage, readStored, writeStored } from './key-value-storage.ts'

const KEY = 'homebird.reading-place'
/** The home is told after the reader rested for so long. */
const TELL_AFTER_MS = 3_000

interface Place {
  readonly id: string
  /** The marker that the home had when this place was written. */
  readonly marker: string | null
}

export class ReadingPlace {
  readonly #api: ApiClient
  readonly #storage: KeyValueStorage
  #place: Place | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: ApiClient, storage: KeyValueStorage) {
    this.#api = api
    this.#storage = storage
  }

  /** Id of the post on top of the screen, as far as it was told. */
  get current(): string | null {
    return this.#place?.id ?? null
  }

  /** The place of this browser, unless another device moved the marker since: then the marker. */
  async find(): Promise<string | null> {
    const own = parsePlace(readStored(this.#storage, KEY))
    const marker = await this.#findMarker()
    const isMoved = marker !== null && marker !== own?.marker && marker !== own?.id
    const id = own === null || isMoved ? marker : own.id
    this.#place = id === null ? null : { id, marker }
    return id
  }

  /** @param id  the post on top of the screen */
  save(id: string): void {
    if (this.#place?.id === id) return
    this.#place = { id, marker: this.#place?.marker ?? null }
    writeStored(this.#storage, KEY, this.#place)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#tell(id), TELL_AFTER_MS)
  }

  /** Forgets what was not told yet, as at sign-out. */
  close(): void {
    clearTimeout(this.#timer)
  }

  async #findMarker(): Promise<string | null> {
    try {
      return await getHomeMarker(this.#api)
    } catch (error) {
      const failure = toFailure(error)
      if (!isPassing(failure) && failure.kind !== 'refused') throw error
      return null // this browser's own place is as good as it gets
    }
  }

  /** Only ever forwards: what was read once stays read for the other devices. */
  async #tell(id: string): Promise<void> {
    const { marker = null } = this.#place ?? {}
    if (marker !== null && compareIds(id, marker) <= 0) return
    try {
      await setHomeMarker(this.#api, id)
    } catch {
      return // the place in this browser stands, and the next rest tells again
    }
    if (this.#place !== null) {
      this.#place = { ...this.#place, marker: id }
      writeStored(this.#storage, KEY, this.#place)
    }
  }
}

function parsePlace(stored: unknown): Place | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { id, marker } = stored as Record<string, unknown>
  if (typeof id !== 'string' || !/^\d{1,19}$/.test(id)) return null
  return { id, marker: typeof marker === 'string' ? marker : null }
}
