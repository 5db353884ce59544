/**
 * Where the reader is in the home timeline: kept in this browser at once, and on the home a little later, so that the
 * next start on any device begins there.
 */
import type { Marker } from '../../server/contracts/notification.ts'
import { isMarkerMoved } from '../../server/contracts/owner-api.ts'
import { getHomeMarker, setHomeMarker } from '../api/accounts.ts'
import type { ApiClient } from '../api/client.ts'
import { isPassing, toFailure } from '../api/failure.ts'
import type { Place } from './home-timeline.ts'
import { compareIds } from './ids.ts'
import { type KeyValueStorage, writeStored } from './key-value-storage.ts'
import { createStore, type Observable, type Store } from './observable.ts'
import { type OwnPlace, READING_PLACE_KEY, readOwnPlace } from './own-place.ts'

const TELL_AFTER_MS = 3_000
/** Two devices that tell at the same moment: the later one looks again, so many times. */
const ATTEMPTS = 3

interface PlaceOptions {
  readonly now?: () => Date
  readonly tellAfterMs?: number
}

export class ReadingPlace {
  readonly #api: ApiClient
  readonly #storage: KeyValueStorage
  readonly #now: () => Date
  readonly #tellAfterMs: number
  readonly #elsewhere: Store<Place | null> = createStore<Place | null>(null)
  #place: OwnPlace | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param tellAfterMs  how long the reader rests before the home is told */
  constructor(
    api: ApiClient,
    storage: KeyValueStorage,
    { now = () => new Date(), tellAfterMs = TELL_AFTER_MS }: PlaceOptions = {},
  ) {
    this.#api = api
    this.#storage = storage
    this.#now = now
    this.#tellAfterMs = tellAfterMs
  }

  /** The post on top of the screen, as far as it was told. */
  get current(): Place | null {
    return this.#place
  }

  /** A place further up, where another device has read meanwhile: the reader is asked, never moved. */
  get elsewhere(): Observable<Place | null> {
    return this.#elsewhere
  }

  /** The place of this browser, unless another device moved the marker since: then the marker. */
  async find(): Promise<Place | null> {
    const own = readOwnPlace(this.#storage)
    // Without it the timeline begins where this browser was; whatever is wrong is told by the timeline.
    const marker = await this.#findMarker().catch(() => null)
    const id = marker?.last_read_id ?? null
    const place = own === null || isMarkerMoved(id, own) ? placeOfMarker(marker) : own
    this.#place = place === null ? null : { id: place.id, at: place.at, marker: id }
    return place
  }

  /** @param id  the post on top of the screen */
  save(id: string): void {
    if (this.#place?.id === id) return
    this.#keep({ id, at: this.#now().toISOString(), marker: this.#place?.marker ?? null })
    const elsewhere = this.#elsewhere.get()
    if (elsewhere !== null && compareIds(id, elsewhere.id) >= 0) this.#elsewhere.set(null)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#tell(id), this.#tellAfterMs)
  }

  /** The reader turns away: the place is of this moment. */
  leave(): void {
    if (this.#place !== null) this.#keep({ ...this.#place, at: this.#now().toISOString() })
  }

  /** Looks whether another device has read further: after a sleep, a lost line. */
  async look(): Promise<void> {
    const own = this.#place
    // Whatever is wrong: this browser's place stands, and the next look asks again.
    const marker = await this.#findMarker().catch(() => null)
    if (own === null || marker === null || marker.last_read_id === own.marker) return
    this.#keep({ ...(this.#place ?? own), marker: marker.last_read_id })
    if (compareIds(marker.last_read_id, own.id) > 0) this.#elsewhere.set(placeOfMarker(marker))
  }

  forgetElsewhere(): void {
    this.#elsewhere.set(null)
  }

  /** Forgets what was not told yet, as at sign-out. */
  close(): void {
    clearTimeout(this.#timer)
    this.#elsewhere.set(null)
  }

  #keep(place: OwnPlace): void {
    this.#place = place
    writeStored(this.#storage, READING_PLACE_KEY, place)
  }

  async #findMarker(): Promise<Marker | null> {
    try {
      return await getHomeMarker(this.#api)
    } catch (error) {
      const failure = toFailure(error)
      if (!isPassing(failure) && failure.kind !== 'refused') throw error
      return null // this browser's own place is as good as it gets
    }
  }

  /** Only ever forwards, also where another device told more meanwhile: what was read once stays read. */
  async #tell(id: string): Promise<void> {
    try {
      const marker = await this.#setMarker(id, ATTEMPTS)
      if (this.#place === null) return
      if (marker.last_read_id !== id && marker.last_read_id !== this.#place.marker) {
        this.#elsewhere.set(placeOfMarker(marker))
      }
      this.#keep({ ...this.#place, marker: marker.last_read_id })
    } catch {
      return // the place in this browser stands, and the next rest tells again
    }
  }

  /** @returns the marker that the home has then */
  async #setMarker(id: string, attempts: number): Promise<Marker> {
    const known = await getHomeMarker(this.#api)
    if (known !== null && compareIds(id, known.last_read_id) <= 0) return known
    try {
      return await setHomeMarker(this.#api, id)
    } catch (error) {
      if (toFailure(error).status !== 409 || attempts <= 1) throw error
      return this.#setMarker(id, attempts - 1)
    }
  }
}

const placeOfMarker = (marker: Marker | null): Place | null =>
  marker === null ? null : { id: marker.last_read_id, at: marker.updated_at }
