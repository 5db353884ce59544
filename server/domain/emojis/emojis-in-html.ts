/** Custom emoji in HTML that is shown without script: their short codes become pictures. */
import type { CustomEmoji } from '../../contracts/custom-emoji.ts'
import { escapeHtml } from '../text/escape-html.ts'

const TAG = /(<[^>]*>)/
/** As the home takes them: of any script, with the signs that emoji packs use inside. */
const SHORTCODE = /:([\p{L}\p{N}_][\p{L}\p{N}_.+-]{0,127}):/gu
const SIDE = 20

/**
 * @param html    as the sanitizer writes it, in whose attributes no bracket stands; or escaped text
 * @param emojis  those that the text may use; other words between colons stay what they are
 */
export function emojisInHtml(html: string, emojis: readonly CustomEmoji[]): string {
  if (emojis.length === 0 || !html.includes(':')) return html
  const urls = new Map(emojis.map(({ shortcode, url }) => [shortcode, url]))
  return html
    .split(TAG)
    .map((part) =>
      part.startsWith('<')
        ? part
        : part.replace(SHORTCODE, (word, code: string) => pictureOf(urls, word, code)),
    )
    .join('')
}

function pictureOf(urls: ReadonlyMap<string, string>, word: string, code: string): string {
  const url = urls.get(code)
  if (url === undefined) return word
  return `<img class="emoji" src="${escapeHtml(url)}" alt="${word}" title="${word}" width="${SIDE}" height="${SIDE}">`
}
