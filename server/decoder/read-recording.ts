/** Reads what a video or a sound is: how long, how large, how fast. Nothing is decoded; the file passes as it is. */
import {
  CustomSource,
  EncodedPacketSink,
  FLAC,
  Input,
  type InputFormat,
  type InputTrack,
  type InputVideoTrack,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
} from 'mediabunny'
import type { DecodeLimits, DecodeRequest, ReadRecording, TellingPart } from '../contracts/decoding.ts'
import type { FileBytes } from './file-bytes.ts'
import { Refusal } from './refusal.ts'
import { findTellingBoxes } from './telling-boxes.ts'
import { findTellingComments } from './telling-comments.ts'
import { findTellingElements } from './telling-elements.ts'
import { findFlacBlocks, findMpegTags, findWaveNotes } from './telling-tags.ts'

/** A silent video that is no longer is shown as a moving picture, over and over. */
const LOOP_SECONDS = 60
const PACKETS_FOR_RATE = 120
const CACHE_BYTES = 8 * 1_048_576

interface RecordingKind {
  readonly formats: readonly InputFormat[]
  /** What such files say besides picture and sound. */
  readonly findTelling: (file: FileBytes) => Promise<TellingPart[]>
}

const ISO: RecordingKind = { formats: [MP4, QTFF], findTelling: findTellingBoxes }
/** By what a file is taken for by its first bytes. */
const KINDS: Readonly<Record<string, RecordingKind>> = {
  'video/mp4': ISO,
  'video/quicktime': ISO,
  'audio/mp4': ISO,
  'video/webm': { formats: [WEBM, MATROSKA], findTelling: findTellingElements },
  'audio/mpeg': { formats: [MP3], findTelling: findMpegTags },
  'audio/ogg': { formats: [OGG], findTelling: findTellingComments },
  'audio/flac': { formats: [FLAC], findTelling: findFlacBlocks },
  'audio/wav': { formats: [WAVE], findTelling: findWaveNotes },
}

/** @throws Refusal for what is over a limit or has nothing to show; what the parser throws for what is damaged */
export async function readRecording(file: FileBytes, request: DecodeRequest): Promise<ReadRecording> {
  const input = new Input({
    formats: [MP4, QTFF, WEBM, MATROSKA, MP3, OGG, FLAC, WAVE],
    source: new CustomSource({
      getSize: () => file.size,
      read: async (start, end) => file.at(start, end - start),
      maxCacheSize: CACHE_BYTES,
    }),
  })
  try {
    return await readInput(input, file, request)
  } finally {
    input.dispose()
  }
}

async function readInput(
  input: Input,
  file: FileBytes,
  { mediaType, limits }: DecodeRequest,
): Promise<ReadRecording> {
  const kind = KINDS[mediaType]
  if (kind === undefined || !kind.formats.includes(await input.getFormat())) {
    throw new Refusal('The file is not what it says it is.')
  }
  const tracks: readonly InputTrack[] = await input.getTracks()
  const video = await input.getPrimaryVideoTrack()
  const hasAudio = tracks.some((track) => track.isAudioTrack())
  if (video === null && !hasAudio) throw new Refusal('The file has neither picture nor sound.')
  const durationSeconds = await input.computeDuration()
  if (!(durationSeconds > 0)) throw new Refusal('The file has no length.')
  await readLastPackets(tracks)
  const telling = await kind.findTelling(file)
  const shared = { outcome: 'recording', durationSeconds: rounded(durationSeconds), telling } as const
  if (video === null) {
    const type = mediaType.startsWith('audio/')
      ? mediaType
      : mediaType === 'video/webm'
        ? 'audio/webm'
        : 'audio/mp4'
    return { ...shared, kind: 'audio', type, width: null, height: null, frameRate: null }
  }
  if (mediaType.startsWith('audio/')) throw new Refusal('The sound is not what it says it is.')
  const facts = await readVideo(video, limits)
  const isLoop = !hasAudio && durationSeconds <= LOOP_SECONDS
  return { ...shared, ...facts, kind: isLoop ? 'gifv' : 'video', type: mediaType }
}

/** A file that was cut promises more than it has. @throws what the parser throws, and an Error for a packet that is not whole */
async function readLastPackets(tracks: readonly InputTrack[]): Promise<void> {
  for (const track of tracks.filter((one) => one.isVideoTrack() || one.isAudioTrack())) {
    const last = await new EncodedPacketSink(track).getPacket(Infinity)
    if (last === null || last.data.length < last.byteLength) throw new Error('the last packet is not there')
  }
}

async function readVideo(
  video: InputVideoTrack,
  { videoPixels, videoFramesPerSecond }: DecodeLimits,
): Promise<Pick<ReadRecording, 'width' | 'height' | 'frameRate'>> {
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()]
  if (width * height > videoPixels) {
    throw new Refusal(`The video has more than ${(videoPixels / 1_000_000).toFixed(1)} million pixels.`)
  }
  const { averagePacketRate } = await video.computePacketStats(PACKETS_FOR_RATE)
  if (averagePacketRate > videoFramesPerSecond + 0.5) {
    throw new Refusal(`The video has more than ${videoFramesPerSecond} pictures a second.`)
  }
  return { width, height, frameRate: averagePacketRate > 0 ? rounded(averagePacketRate) : null }
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
