/** The reading place as this browser keeps it. */
import type { Place } from './home-timeline.ts'
import { type KeyValueStorage, readStored } from './key-value-storage.ts'

export const READING_PLACE_KEY = 'homebird.reading-place'

export interface OwnPlace extends Place {
  /** The marker that the home had when this place was written. */
  readonly marker: string | null
}

/** @returns null where none was kept, or nothing that could be read */
export function readOwnPlace(storage: KeyValueStorage): OwnPlace | null {
  const stored = readStored(storage, READING_PLACE_KEY)
  if (typeof stored !== 'object' || stored === null) return null
  const { id, at, marker } = stored as Record<string, unknown>
  if (typeof id !== 'string' || !/^\d{1,19}$/.test(id)) return null
  const moment = typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : new Date(0).toISOString()
  return { id, at: moment, marker: typeof marker === 'string' ? marker : null }
}
