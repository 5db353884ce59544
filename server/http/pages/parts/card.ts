/** What the page behind a link says of itself. */
import type { PreviewCard } from '../../../contracts/preview-card.ts'
import { type Html, markup } from '../../../domain/text/markup.ts'

/** A picture that is this much wider than high stands above the words. */
const WIDE_FROM = 1.6
const LEAST_WIDE = 480

export function cardOf(card: PreviewCard): Html {
  const host = URL.canParse(card.url) ? new URL(card.url).host : ''
  const isWide = card.width >= LEAST_WIDE && card.width / Math.max(1, card.height) >= WIDE_FROM
  const image =
    card.image !== null &&
    markup`<img src="${card.image}" alt="${card.image_description}" loading="lazy" decoding="async"${card.width > 0 && card.height > 0 && markup` width="${card.width}" height="${card.height}"`}>`
  const provider =
    card.provider_name !== '' && card.provider_name !== host && markup`${card.provider_name} · `
  return markup`<a class="card${image !== false && isWide && ' wide'}" href="${card.url}" rel="nofollow noopener noreferrer"${card.language !== null && markup` hreflang="${card.language}"`}>${image}<span><b dir="auto">${card.title || host}</b>${card.description !== '' && markup`<i dir="auto">${card.description}</i>`}<small>${provider}<bdi>${host}</bdi></small></span></a>`
}
