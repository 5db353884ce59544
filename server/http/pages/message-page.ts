/** Pages that say one thing: a message, or a text of the owner. */
import { type Html, markup } from '../../domain/text/markup.ts'
import type { Page } from './layout.ts'
import { WORDS } from './words.ts'

export function messagePage(title: string, text: string): Page {
  return sheetPage(
    title,
    markup`<p>${text}</p><p><a class="button plain" href="/">${WORDS.message.toHome}</a></p>`,
  )
}

/** @param body  below the title */
export function sheetPage(title: string, body: Html): Page {
  return {
    head: { title, isIndexable: false },
    body: markup`<section class="sheet"><h1>${title}</h1>${body}</section>`,
  }
}
