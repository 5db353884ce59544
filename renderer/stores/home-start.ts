/** Opens the home at the reading place, once in a session: begun as soon as it is known who sits here, before anything is drawn. */
import type { HomeTimeline, Place } from './home-timeline.ts'
import type { Store } from './observable.ts'
import type { ReadingPlace } from './reading-place.ts'

interface StartParts {
  readonly readingPlace: ReadingPlace
  readonly timeline: HomeTimeline
  readonly newestSeen: Store<string | null>
}

export class HomeStart {
  readonly #parts: StartParts
  #begun: Promise<Place | null> | null = null
  /** Counts the sessions: what an earlier one found is not for this one. */
  #session = 0

  constructor(parts: StartParts) {
    this.#parts = parts
  }

  /** @returns the place at which it was opened; what failed is told by the timeline */
  async begin(): Promise<Place | null> {
    this.#begun ??= this.#open(this.#session)
    return this.#begun
  }

  /** The session is over. */
  forget(): void {
    this.#begun = null
    this.#session += 1
  }

  async #open(session: number): Promise<Place | null> {
    const { readingPlace, timeline, newestSeen } = this.#parts
    const place = await readingPlace.find()
    if (session !== this.#session) return place
    newestSeen.set(null)
    await timeline.start(place)
    return place
  }
}
