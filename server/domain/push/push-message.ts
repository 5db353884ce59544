/** The text of a push: JSON in the members that apps know, short enough for every push service and relay. */
import type { PushMessage } from '../../contracts/push.ts'
import { truncateText } from '../text/clean-text.ts'

/** Relays wrap the encrypted text once more, in base64, for services that take 4,096 bytes. */
const MOST_BYTES = 2_800
/** As much as a phone shows. */
const MOST_GRAPHEMES = 140
/** A grapheme may be of any length; this bounds what is segmented and what all of them weigh. */
const MOST_UNITS = 1_000
const ELLIPSIS = '…'

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** The beginning of a text, never cut within what is seen as one character; the cut is shown. */
export function excerptOf(text: string, mostBytes: number): string {
  const room = mostBytes - Buffer.byteLength(ELLIPSIS)
  let end = 0
  let bytes = 0
  let count = 0
  const looked = truncateText(text, MOST_UNITS)
  for (const { segment, index } of segmenter.segment(looked)) {
    bytes += Buffer.byteLength(segment)
    count += 1
    // The last one that is looked at may go on behind the bound.
    const isWhole = index + segment.length < looked.length || looked.length === text.length
    if (bytes > room || count > MOST_GRAPHEMES || !isWhole) return text.slice(0, end).trimEnd() + ELLIPSIS
    end = index + segment.length
  }
  return text
}

/** At most MOST_BYTES, whatever its parts: the body gives way, then the picture. */
export function pushText(message: PushMessage): Buffer {
  const whole = encode({ ...message, body: excerptOf(message.body, MOST_BYTES) })
  if (whole.length <= MOST_BYTES) return whole
  const bare = encode({ ...message, body: '' })
  // What JSON escapes weighs up to six times as much.
  const room = Math.floor((MOST_BYTES - bare.length) / 6)
  if (room > ELLIPSIS.length * 3) return encode({ ...message, body: excerptOf(message.body, room) })
  return encode({ ...message, icon: '', body: excerptOf(message.body, 100) })
}

/** The id is written as the number it is: read into a double and back it would be another one. */
function encode({ notification_id: id, ...rest }: PushMessage): Buffer {
  const json = JSON.stringify(rest)
  return Buffer.from(`{"notification_id":${BigInt(id)},${json.slice(1)}`)
}
