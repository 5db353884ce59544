/** A page of the handbook, as the bundle holds it: taken apart when the window is built, so that no parser is shipped. */

export type Words = readonly (
  | string
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly words: Words }
  /** `to`: a path of the window, an anchor of the page, or an https address. */
  | { readonly kind: 'link'; readonly to: string; readonly words: Words }
)[]

export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly id: string; readonly text: string }
  | { readonly kind: 'paragraph'; readonly words: Words }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly Words[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly Words[]; readonly rows: readonly (readonly Words[])[] }

export interface HandbookPage {
  readonly title: string
  /** The first paragraph, as plain text: what the list of topics says of it. */
  readonly lead: string
  readonly blocks: readonly Block[]
}

export function plainText(words: Words): string {
  return words
    .map((word) => {
      if (typeof word === 'string') return word
      return word.kind === 'code' ? word.text : plainText(word.words)
    })
    .join('')
}

/** Everything a page says, for finding. */
export function textOf({ title, lead, blocks }: HandbookPage): string {
  return [title, lead, ...blocks.map(textOfBlock)].join('\n')
}

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'code':
      return block.text
    case 'paragraph':
      return plainText(block.words)
    case 'list':
      return block.items.map(plainText).join('\n')
    case 'table':
      return [block.head, ...block.rows].map((row) => row.map(plainText).join(' ')).join('\n')
  }
}

/** All words somewhere on the page, in any order and case. */
export function saysAll(page: HandbookPage, asked: string): boolean {
  const text = textOf(page).toLocaleLowerCase('en')
  return asked
    .toLocaleLowerCase('en')
    .split(/\s+/)
    .every((word) => text.includes(word))
}
