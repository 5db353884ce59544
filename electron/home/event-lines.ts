/** Server-sent events out of bytes as they come. @see HTML 9.2, as far as the home uses it */
import { StringDecoder } from 'node:string_decoder'

export interface ReadEvent {
  readonly event: string
  readonly id: string | null
  readonly data: string
}

/** The home sends nothing that is nearly as long. */
const MOST_CHARACTERS = 1_048_576

export class EventLines {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /** @throws where an event does not end */
  take(bytes: Buffer): ReadEvent[] {
    const blocks = `${this.#rest}${this.#decoder.write(bytes)}`.split('\n\n')
    this.#rest = blocks.pop() ?? ''
    if (this.#rest.length > MOST_CHARACTERS) {
      throw new Error(`an event of more than ${MOST_CHARACTERS} characters`)
    }
    return blocks.flatMap((block) => eventOf(block) ?? [])
  }
}

/** @returns null for a comment */
function eventOf(block: string): ReadEvent | null {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const known = fields.get(name)
    fields.set(name, name === 'data' && known !== undefined ? `${known}\n${value}` : value)
  }
  const data = fields.get('data')
  return data === undefined
    ? null
    : { event: fields.get('event') ?? 'message', id: fields.get('id') ?? null, data }
}
