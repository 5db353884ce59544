/**
 * Finds the parts of an MP4 or QuickTime file that say where, when and with what it was recorded: user data and metadata
 * stand beside the media, and cameras write tracks of positions among it. All of them can be emptied where they are, since
 * whatever refers to them refers to a place.
 * @see ISO/IEC 14496-12, QuickTime File Format (user data, metadata, timed metadata)
 */
import type { TellingPart } from '../contracts/decoding.ts'
import { type Box, BoxReader } from './boxes.ts'
import type { FileBytes } from './file-bytes.ts'
import { listChunks } from './sample-chunks.ts'

/** User data (`©xyz`, `loci`, makers), metadata (`com.apple.quicktime.location.ISO6709`), XMP. */
const TELLING: ReadonlySet<string> = new Set(['udta', 'meta', 'uuid', 'Xtra'])
/** Tracks that are seen and heard. Others hold positions, or texts with positions, of one camera or another. */
const SHOWN: ReadonlySet<string> = new Set(['vide', 'soun'])

/** @throws Refusal for more parts than any recording has */
export async function findTellingBoxes(file: FileBytes): Promise<TellingPart[]> {
  const reader = new BoxReader(file)
  const found: TellingPart[] = []
  const add = async (boxes: readonly Box[]): Promise<void> => {
    for (const box of boxes.filter(({ name }) => TELLING.has(name))) {
      found.push({ start: box.start, end: box.end, head: await reader.emptyHead(box) })
    }
  }
  const top = await reader.list(reader.whole)
  await add(top)
  for (const movie of top.filter(({ name }) => name === 'moov')) {
    const parts = await reader.inside(movie)
    await add(parts)
    for (const track of parts.filter(({ name }) => name === 'trak')) {
      await add(await reader.inside(track))
      const kind = await handlerOf(reader, track)
      if (kind !== null && !SHOWN.has(kind)) found.push(...(await listChunks(reader, track, file.size)))
    }
  }
  return found.sort((a, b) => a.start - b.start)
}

/** `vide`, `soun`, `meta`, …; null where the track does not say. */
async function handlerOf(reader: BoxReader, track: Box): Promise<string | null> {
  const handler = await reader.find(track, 'mdia', 'hdlr')
  if (handler === undefined) return null
  const body = await reader.body(handler)
  return body.length < 12 ? null : body.toString('latin1', 8, 12)
}
