/** Videos and sounds for tests: real containers around packets that nobody will decode. */
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  TextSubtitleSource,
  WavOutputFormat,
  WebMOutputFormat,
} from 'mediabunny'

export interface VideoOptions {
  readonly container?: 'mp4' | 'mov' | 'webm'
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
  readonly framesPerSecond?: number
  readonly hasAudio?: boolean
  /** An ISO 6709 location, as phones write it. */
  readonly location?: string
  /** A text that a track besides picture and sound shows, as drones write their positions. */
  readonly subtitles?: string
  /** What the packets hold, which must pass untouched. */
  readonly filling?: number
}

const FORMATS = { mp4: Mp4OutputFormat, mov: MovOutputFormat, webm: WebMOutputFormat } as const

export async function videoOf(options: VideoOptions = {}): Promise<Buffer> {
  const { container = 'mp4', width = 320, height = 180, seconds = 2, framesPerSecond = 25 } = options
  const target = new BufferTarget()
  const output = new Output({ format: new FORMATS[container](), target })
  const video = new EncodedVideoPacketSource('vp9')
  output.addVideoTrack(video)
  const audio = new EncodedAudioPacketSource('opus')
  if (options.hasAudio === true) output.addAudioTrack(audio)
  const subtitles = new TextSubtitleSource('webvtt')
  if (options.subtitles !== undefined) output.addSubtitleTrack(subtitles)
  if (options.location !== undefined) {
    output.setMetadataTags({ title: 'A day out', raw: { '©xyz': options.location } })
  }
  await output.start()
  const decoderConfig = { codec: 'vp09.00.10.08', codedWidth: width, codedHeight: height }
  const step = 1 / framesPerSecond
  for (let frame = 0; frame < seconds * framesPerSecond; frame += 1) {
    const data = new Uint8Array(64).fill(options.filling ?? 7)
    await video.add(new EncodedPacket(data, frame === 0 ? 'key' : 'delta', frame * step, step), {
      decoderConfig,
    })
  }
  if (options.hasAudio === true) {
    const sound = { codec: 'opus', numberOfChannels: 2, sampleRate: 48_000 }
    for (let at = 0; at < seconds; at += 0.5) {
      const packet = new EncodedPacket(new Uint8Array(32).fill(9), 'key', at, 0.5)
      await audio.add(packet, { decoderConfig: sound })
    }
  }
  if (options.subtitles !== undefined) {
    await subtitles.add(`WEBVTT\n\n00:00.000 --> 00:01.000\n${options.subtitles}\n`)
  }
  await output.finalize()
  if (target.buffer === null) throw new Error('no video was written')
  return Buffer.from(target.buffer)
}

/** PCM, one channel of 16 bits. */
export function wavOf(seconds: number, sampleRate = 8_000): Buffer {
  const data = Buffer.alloc(Math.round(seconds * sampleRate) * 2)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.set([1, 0, 1, 0], 20)
  header.writeUInt32LE(sampleRate, 24)
  header.writeUInt32LE(sampleRate * 2, 28)
  header.set([2, 0, 16, 0], 32)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}

const SOUNDS = {
  webm: () => new WebMOutputFormat(),
  live: () => new WebMOutputFormat({ appendOnly: true }),
  mkv: () => new MkvOutputFormat(),
  ogg: () => new OggOutputFormat(),
  mp3: () => new Mp3OutputFormat(),
  wav: () => new WavOutputFormat(),
  mp4: () => new Mp4OutputFormat(),
} as const

export type TaggedSound = keyof typeof SOUNDS

/** Who made it, where, and a picture of 200,000 bytes, of which each word is to be found in the file. */
export const TOLD = ['Anna Snitch', 'On a walk in Berlin', 'PICTURE-OF-A-FACE'] as const

/** A sound with everything that its container can tell of it. */
export async function taggedSound(container: TaggedSound): Promise<Buffer> {
  const target = new BufferTarget()
  const output = new Output({ format: SOUNDS[container](), target })
  const codec = container === 'mp3' ? 'mp3' : container === 'wav' ? 'pcm-s16' : 'opus'
  const audio = new EncodedAudioPacketSource(codec)
  output.addAudioTrack(audio)
  const picture = Buffer.alloc(200_000, 0x21)
  picture.write(TOLD[2], 100_000, 'latin1')
  output.setMetadataTags({
    artist: TOLD[0],
    title: TOLD[1],
    date: new Date('2026-01-02T03:04:05Z'),
    images: [{ data: picture, mimeType: 'image/png', kind: 'coverFront' }],
  })
  await output.start()
  const decoderConfig = {
    codec,
    numberOfChannels: codec === 'opus' ? 2 : 1,
    sampleRate: 48_000,
    ...(codec === 'opus' ? { description: OPUS_HEAD } : {}),
  }
  const seconds = codec === 'mp3' ? 1_152 / 48_000 : 0.02
  for (let index = 0; index < 100; index += 1) {
    const packet = new EncodedPacket(soundPacket(codec, index), 'key', index * seconds, seconds)
    await audio.add(packet, { decoderConfig })
  }
  await output.finalize()
  if (target.buffer === null) throw new Error('no sound was written')
  return Buffer.from(target.buffer)
}

/** Two channels, 48 kHz. @see RFC 7845 5.1 */
const OPUS_HEAD = Buffer.from('4f707573486561640102380180bb0000000000', 'hex')

function soundPacket(codec: string, index: number): Buffer {
  if (codec === 'pcm-s16') return Buffer.alloc(960 * 2, index)
  if (codec !== 'mp3') return Buffer.alloc(40, index + 1)
  const frame = Buffer.alloc(384)
  // MPEG-1 layer III, 128 kbit/s, 48 kHz, one channel.
  frame.writeUInt32BE(0xff_fb_94_c4)
  return frame
}
