/** A post as it stands in a page of somebody else: alone, in the same look, without script; its links open outside. */
import type { Status } from '../../contracts/status.ts'
import { markup, sanitised } from '../../domain/text/markup.ts'
import { mainPostOf } from './parts/post.ts'
import type { Host } from './view.ts'
import { STYLE } from './style/sheet.ts'
import { WORDS } from './words.ts'

export function writeEmbed(host: Host, post: Status): string {
  const url = post.url ?? post.uri
  const scope = { ...host.scope, hostId: null }
  const act = markup`<a href="${url}">${WORDS.embed.open}</a>`
  return markup`<!doctype html>
<html lang="${WORDS.language}" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${WORDS.embed.title(host.handle)}</title><link rel="canonical" href="${url}"><base target="_blank"><style>${sanitised(STYLE)}</style></head><body><main>${mainPostOf(scope, post, act)}</main></body></html>
`.text
}
