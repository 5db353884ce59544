/**
 * The last notices that this process heard, in the order of their transactions, which is the same in all processes: a reader
 * who comes back is told what happened in between. It holds ids and no entity: what is told late is read anew, and only as
 * far as the reader may see it then.
 */
import { type StreamNotice, STREAM_EVENTS } from '../../contracts/stream-event.ts'

export interface HeardNotice extends StreamNotice {
  /** Names the notice. */
  readonly id: string
  /** An identity, or EVERYBODY. */
  readonly whose: string
  /** How many of its ids were left out at the beginning. */
  readonly offset: number
}

/** Where a reader was: the notice, and the place in it of what was told last. */
interface Place {
  readonly notice: string
  readonly index: number
}

const MOST_NOTICES = 2_000
const MOST_IDS = 20_000

export class NoticeLog {
  readonly #notices: HeardNotice[] = []
  #ids = 0

  add(notice: HeardNotice): void {
    this.#notices.push(notice)
    this.#ids += notice.ids.length
    while (this.#notices.length > MOST_NOTICES || this.#ids > MOST_IDS) {
      this.#ids -= this.#notices.shift()?.ids.length ?? 0
    }
  }

  /** Something was missed: from here on nobody can be told all that happened before. */
  clear(): void {
    this.#notices.length = 0
    this.#ids = 0
  }

  /** @returns null where the place is not known (any more) */
  after(place: string): HeardNotice[] | null {
    const { notice: id, index } = parsePlace(place)
    const at = this.#notices.findLastIndex((notice) => notice.id === id)
    const last = this.#notices[at]
    if (last === undefined) return null
    const rest = { ...last, ids: last.ids.slice(index + 1), offset: index + 1 }
    return [...(rest.ids.length === 0 ? [] : [rest]), ...this.#notices.slice(at + 1)]
  }
}

/** As it stands in an event stream. */
export const placeIn = (notice: HeardNotice, index: number): string =>
  `${notice.id}.${notice.offset + Math.max(0, index)}`

function parsePlace(place: string): Place {
  const [, notice = '', index = '0'] = /^(\d{1,19})\.(\d{1,4})$/.exec(place) ?? []
  return { notice, index: Number(index) }
}

const EVENTS: ReadonlySet<string> = new Set(STREAM_EVENTS)

/** @returns null for what is no notice: whoever may write to the database may notify, and must not stop the streams */
export function parseNotice(payload: string): HeardNotice | null {
  const [, id, whose, json] = /^(\d{1,19}) (\*|\d{1,19}) (.*)$/s.exec(payload) ?? []
  if (id === undefined || whose === undefined || json === undefined) return null
  try {
    const { event, ids } = JSON.parse(json) as StreamNotice
    const isNotice = EVENTS.has(event) && Array.isArray(ids) && ids.every((one) => typeof one === 'string')
    return isNotice ? { id, whose, offset: 0, event, ids } : null
  } catch {
    return null
  }
}
