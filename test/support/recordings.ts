/** Videos and sounds for tests: real containers around packets that nobody will decode. */
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  TextSubtitleSource,
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
