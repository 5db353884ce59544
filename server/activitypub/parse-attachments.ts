/** Media of an inbound post: where it is, what it is, how it is described. Nothing is fetched here. */
import { cleanLines } from '../domain/text/clean-text.ts'
import { decodeEntities } from '../domain/text/escape-html.ts'
import { asArray, isObject, linksOf, mediaTypeOf, numberOf, textOf, typeOf } from './json.ts'
import type { JsonObject, WebLink } from './json.ts'

/** Security rule 31. */
const MAX_ATTACHMENTS = 20
const MAX_DESCRIPTION_LENGTH = 10_000
const MAX_SIDE = 65_535
const MAX_DURATION_SECONDS = 86_400 * 7

export type AttachmentKind = 'image' | 'video' | 'audio' | 'unknown'

export interface AttachmentFact {
  /** An https URL. */
  readonly url: string
  readonly kind: AttachmentKind
  /** As claimed; the bytes decide later (rule 57). */
  readonly mediaType: string | null
  readonly previewUrl: string | null
  /** Plain text. */
  readonly description: string | null
  readonly width: number | null
  readonly height: number | null
  readonly blurhash: string | null
  /** From -1 to 1, the centre is 0, up is positive. */
  readonly focus: { readonly x: number; readonly y: number } | null
  readonly durationSeconds: number | null
}

const KIND_BY_TYPE: ReadonlyMap<string, AttachmentKind> = new Map([
  ['Image', 'image'],
  ['Video', 'video'],
  ['Audio', 'audio'],
  ['Document', 'unknown'],
])

const KIND_BY_EXTENSION: ReadonlyMap<string, AttachmentKind> = new Map([
  ...'png jpg jpeg gif webp avif heic heif jxl bmp svg'.split(' ').map((end) => [end, 'image'] as const),
  ...'mp4 webm mov m4v ogv mkv'.split(' ').map((end) => [end, 'video'] as const),
  ...'mp3 ogg oga opus flac wav m4a aac'.split(' ').map((end) => [end, 'audio'] as const),
])

/** The attachments of a post of any kind; Lemmy's and WordPress's `image` stands in where it is not attached. */
export function parseAttachments(document: JsonObject): AttachmentFact[] {
  const found = new Map<string, AttachmentFact>()
  const add = (fact: AttachmentFact | null): void => {
    if (fact !== null && found.size < MAX_ATTACHMENTS && !found.has(fact.url)) found.set(fact.url, fact)
  }
  for (const item of asArray(document['attachment']).slice(0, MAX_ATTACHMENTS * 2)) {
    if (isObject(item)) add(attachmentOf(item))
  }
  const type = typeOf(document)
  if (type === 'Video' || type === 'Audio' || type === 'Image') add(ownMediaOf(document, type))
  if (found.size === 0) {
    for (const item of asArray(document['image']).slice(0, MAX_ATTACHMENTS)) {
      add(attachmentOf(isObject(item) ? { type: 'Image', ...item } : { type: 'Image', url: item }))
    }
  }
  return [...found.values()]
}

function attachmentOf(item: JsonObject): AttachmentFact | null {
  const type = typeOf(item) ?? ''
  const link = linksOf(item['url'] ?? item['href'])[0]
  if (link === undefined || !link.href.startsWith('https://')) return null
  const mediaType = link.mediaType ?? mediaTypeOf(item['mediaType'])
  const typeKind = KIND_BY_TYPE.get(isMediaLink(item) ? 'Document' : type)
  if (typeKind === undefined) return null
  return {
    url: link.href,
    kind: kindOf(mediaType, typeKind, link.href),
    mediaType,
    previewUrl: linksOf(item['icon']).find((icon) => icon.href.startsWith('https://'))?.href ?? null,
    ...descriptionOf(item),
    ...shapeOf(item),
  }
}

/** Lemmy attaches pictures and pages alike as a Link: the type or the name of the file tells which it is. */
export function isMediaLink(item: JsonObject): boolean {
  if (typeOf(item) !== 'Link') return false
  const link = linksOf(item['href'])[0]
  const mediaType = mediaTypeOf(item['mediaType'])
  return (
    link !== undefined &&
    (mediaType === null || isMedia(mediaType)) &&
    kindOf(mediaType, 'unknown', link.href) !== 'unknown'
  )
}

function isMedia(mediaType: string): boolean {
  return /^(?:image|video|audio)\//.test(mediaType)
}

function kindOf(mediaType: string | null, typeKind: AttachmentKind, url: string): AttachmentKind {
  const family = mediaType?.split('/', 1)[0]
  if (family === 'image' || family === 'video' || family === 'audio') return family
  if (typeKind !== 'unknown') return typeKind
  const extension = /\.([a-z0-9]{2,5})$/i.exec(URL.parse(url)?.pathname ?? '')?.[1]?.toLowerCase()
  return KIND_BY_EXTENSION.get(extension ?? '') ?? 'unknown'
}

/** What is said about a file wherever it lies; the description is empty where there is none. */
export function describedFocus(item: JsonObject): {
  readonly description: string
  readonly focus: AttachmentFact['focus']
} {
  return { description: descriptionOf(item).description ?? '', focus: focusOf(item['focalPoint']) }
}

/** Alternative text stands in `summary` or in `name`; a file name is no description, but nobody can tell. */
function descriptionOf(item: JsonObject): Pick<AttachmentFact, 'description'> {
  const raw = textOf(item['summary']) ?? textOf(item['name']) ?? ''
  const description = cleanLines(decodeEntities(raw), MAX_DESCRIPTION_LENGTH).trim()
  return { description: description === '' ? null : description }
}

type Shape = Pick<AttachmentFact, 'width' | 'height' | 'blurhash' | 'focus' | 'durationSeconds'>

function shapeOf(item: JsonObject): Shape {
  const width = numberOf(item['width'], 1, MAX_SIDE)
  const height = numberOf(item['height'], 1, MAX_SIDE)
  const hasSize = width !== null && height !== null
  const blurhash = item['blurhash'] ?? item['_misskey_blurhash']
  return {
    width: hasSize ? Math.round(width) : null,
    height: hasSize ? Math.round(height) : null,
    blurhash:
      typeof blurhash === 'string' && /^[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{6,128}$/.test(blurhash)
        ? blurhash
        : null,
    focus: focusOf(item['focalPoint']),
    durationSeconds: durationOf(item['duration']),
  }
}

function focusOf(value: unknown): Shape['focus'] {
  const [rawX, rawY] = asArray(isObject(value) ? value['@list'] : value)
  const x = numberOf(rawX, -1, 1)
  const y = numberOf(rawY, -1, 1)
  return x === null || y === null ? null : { x, y }
}

const DURATION = /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?)?$/

/** Seconds of an `xsd:duration`, or of a plain number as some servers send it. */
export function durationOf(value: unknown): number | null {
  const match = typeof value === 'string' && value.length <= 64 ? DURATION.exec(value) : null
  if (match === null) return numberOf(value, 0, MAX_DURATION_SECONDS)
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)
  return total <= MAX_DURATION_SECONDS ? total : null
}

/**
 * The file of an object that is itself media: PeerTube lists a page, several resolutions and playlists in `url`, Funkwhale a
 * page and a sound file, others have the file alone.
 */
function ownMediaOf(document: JsonObject, type: 'Video' | 'Audio' | 'Image'): AttachmentFact | null {
  const family = type.toLowerCase()
  const links = linksOf(document['url'])
  // The files of an adaptive stream hang on the tags of its playlist.
  for (const { source } of linksOf(document['url'])) links.push(...linksOf(source?.['tag']))
  const files = links.filter(
    (link) => link.mediaType?.startsWith(`${family}/`) === true && link.href.startsWith('https://'),
  )
  const file = type === 'Video' ? preferredVideo(files) : files[0]
  if (file === undefined) return null
  return {
    url: file.href,
    kind: type === 'Video' ? 'video' : type === 'Audio' ? 'audio' : 'image',
    mediaType: file.mediaType,
    previewUrl: largestImage(linksOf(document['icon'] ?? document['image'])),
    description: type === 'Image' ? descriptionOf(document).description : null,
    ...shapeOf({ ...file.source, blurhash: document['blurhash'] }),
    durationSeconds: durationOf(document['duration']),
  }
}

/** The best resolution that any line carries: the highest up to 720 lines, or the lowest there is. */
function preferredVideo(files: readonly WebLink[]): WebLink | undefined {
  const lines = (link: WebLink): number => numberOf(link.source?.['height'], 0, MAX_SIDE) ?? 0
  const byLines = files.toSorted((a, b) => lines(a) - lines(b))
  return (
    byLines.findLast((link) => lines(link) > 0 && lines(link) <= 720) ??
    byLines.find((link) => lines(link) > 0) ??
    files[0]
  )
}

function largestImage(images: readonly WebLink[]): string | null {
  const width = (link: WebLink): number => numberOf(link.source?.['width'], 0, MAX_SIDE) ?? 0
  const usable = images
    .filter((link) => link.href.startsWith('https://'))
    .toSorted((a, b) => width(b) - width(a))
  return usable[0]?.href ?? null
}
