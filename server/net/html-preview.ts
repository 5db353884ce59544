/**
 * What an HTML page says of itself in its head: OpenGraph, Twitter cards, plain HTML. Raw: nothing is cleaned or resolved.
 * @see https://ogp.me, https://oembed.com
 */
import { relationsOf } from './html-alternate.ts'
import { type StartTag, scanStartTags } from './html-scan.ts'

export interface PageImage {
  /** In order of preference. */
  readonly urls: readonly string[]
  readonly alt: string
  readonly width: string
  readonly height: string
}

export interface PageFacts {
  /** Values by name, the first of each; only names that are known. */
  readonly metas: ReadonlyMap<string, string>
  readonly title: string
  /** Of the document element. */
  readonly language: string
  readonly images: readonly PageImage[]
  /** Address of the JSON document, as written; empty where there is none. */
  readonly oEmbed: string
}

export interface OEmbedFacts {
  readonly type: string
  readonly authorName: string
  readonly providerName: string
}

const KNOWN_NAMES: ReadonlySet<string> = new Set([
  'og:title',
  'og:description',
  'og:site_name',
  'og:locale',
  'og:url',
  'og:type',
  'twitter:title',
  'twitter:description',
  'twitter:image',
  'twitter:image:src',
  'twitter:image:alt',
  'description',
  'author',
  'article:author',
  'article:published_time',
  'fediverse:creator',
])
/** Of one value; whoever shows it cuts it shorter. */
const MOST_CHARACTERS = 8_192
const MOST_IMAGES = 4

export function findPreview(page: string): PageFacts {
  const collector = new Collector()
  scanStartTags(
    page,
    (tag) => collector.visit(tag),
    (element, text) => collector.text(element, text),
  )
  return collector.facts()
}

class Collector {
  readonly #metas = new Map<string, string>()
  readonly #images: Array<{ urls: string[]; alt: string; width: string; height: string }> = []
  #title = ''
  #titles = 0
  #language = ''
  #oEmbed = ''
  #linkedImage = ''

  /** @returns true at the end of the head */
  visit({ name, attribute }: StartTag): boolean {
    switch (name) {
      case 'body':
        return true
      case 'html':
        this.#language ||= attribute('lang').slice(0, 100)
        break
      case 'title':
        this.#titles += 1
        break
      case 'meta':
        this.#meta(attribute)
        break
      case 'link':
        this.#link(attribute)
        break
    }
    return false
  }

  text(element: string, text: string): void {
    if (element !== 'title' || this.#titles !== 1 || this.#title.length >= MOST_CHARACTERS) return
    this.#title += text.slice(0, MOST_CHARACTERS)
  }

  facts(): PageFacts {
    const twitter = ['twitter:image', 'twitter:image:src'].flatMap((name) => this.#metas.get(name) ?? [])
    const twitterAlt = this.#metas.get('twitter:image:alt') ?? ''
    const linked = this.#linkedImage === '' ? [] : [this.#linkedImage]
    return {
      metas: this.#metas,
      title: this.#title,
      language: this.#language,
      images: [
        ...this.#images,
        { urls: twitter, alt: twitterAlt, width: '', height: '' },
        { urls: linked, alt: '', width: '', height: '' },
      ],
      oEmbed: this.#oEmbed,
    }
  }

  #meta(attribute: StartTag['attribute']): void {
    const name = (attribute('property') || attribute('name')).trim().toLowerCase()
    const value = attribute('content').slice(0, MOST_CHARACTERS)
    if (name.startsWith('og:image')) this.#image(name, value)
    else if (KNOWN_NAMES.has(name) && value.trim() !== '' && !this.#metas.has(name)) {
      this.#metas.set(name, value)
    }
  }

  /** What follows an image describes it. */
  #image(name: string, value: string): void {
    const isAddress = name === 'og:image' || name === 'og:image:url' || name === 'og:image:secure_url'
    const last = this.#images.at(-1)
    const isAnother = last === undefined || name === 'og:image'
    if (isAddress && isAnother) {
      if (this.#images.length < MOST_IMAGES)
        this.#images.push({ urls: [value], alt: '', width: '', height: '' })
      return
    }
    if (last === undefined) return
    if (isAddress) {
      if (last.urls.length < MOST_IMAGES) last.urls.push(value)
    } else if (name === 'og:image:alt') last.alt ||= value
    else if (name === 'og:image:width') last.width ||= value
    else if (name === 'og:image:height') last.height ||= value
  }

  #link(attribute: StartTag['attribute']): void {
    const relations = relationsOf(attribute('rel'))
    const href = attribute('href').slice(0, MOST_CHARACTERS)
    const type = attribute('type').trim().toLowerCase()
    if (relations.includes('alternate') && type === 'application/json+oembed') this.#oEmbed ||= href
    if (relations.includes('image_src')) this.#linkedImage ||= href
  }
}

/** Null for what is no oEmbed document. Its HTML is never looked at. */
export function parseOEmbed(json: string): OEmbedFacts | null {
  let document: unknown
  try {
    document = JSON.parse(json)
  } catch {
    return null
  }
  if (typeof document !== 'object' || document === null) return null
  const members = document as Readonly<Record<string, unknown>>
  const text = (name: string): string => {
    const value = members[name]
    return typeof value === 'string' ? value.slice(0, MOST_CHARACTERS) : ''
  }
  return { type: text('type'), authorName: text('author_name'), providerName: text('provider_name') }
}
