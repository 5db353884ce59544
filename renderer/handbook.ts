/**
 * Takes the pages of the handbook apart when the window is built. What a page holds that the window cannot show stops the
 * build and is named.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Token, type Tokens, marked } from 'marked'
import type { Plugin } from 'vite'
import type { Block, HandbookPage, Words } from './formatting/handbook.ts'
import { plainText } from './formatting/handbook.ts'

const PAGE = /\/resources\/handbook\/[a-z]+\.md$/

/** `resources/handbook/backup.md` becomes a `HandbookPage`. */
export function handbook(): Plugin {
  return {
    name: 'homebird:handbook',
    enforce: 'pre',
    async load(id) {
      if (!PAGE.test(id)) return null
      const page = readHandbookPage(await readFile(id, 'utf8'), basename(id))
      return { code: `export default ${JSON.stringify(page)}`, moduleType: 'js' }
    },
  }
}

/**
 * @param name  of the file, for what is said of it
 * @throws where it does not begin with a title and a paragraph, or holds something else than headings, paragraphs, flat lists,
 * code and tables
 */
export function readHandbookPage(markdown: string, name: string): HandbookPage {
  const tokens = marked.lexer(markdown).filter(({ type }) => type !== 'space')
  const [title, lead, ...rest] = tokens
  if (!isHeading(title) || title.depth !== 1) throw new Error(`${name} does not begin with a title`)
  if (lead?.type !== 'paragraph')
    throw new Error(`${name} has no paragraph below its title that says what it is about`)
  return {
    title: plainText(wordsOf(title.tokens, name)),
    lead: plainText(wordsOf(lead.tokens ?? [], name)),
    blocks: rest.map((token) => blockOf(token, name)),
  }
}

const isHeading = (token: Token | undefined): token is Tokens.Heading => token?.type === 'heading'

function blockOf(token: Token, name: string): Block {
  switch (token.type) {
    case 'heading':
      return headingOf(token as Tokens.Heading, name)
    case 'paragraph':
      return { kind: 'paragraph', words: wordsOf(token.tokens ?? [], name) }
    case 'code':
      return { kind: 'code', text: (token as Tokens.Code).text }
    case 'list':
      return listOf(token as Tokens.List, name)
    case 'table':
      return tableOf(token as Tokens.Table, name)
    default:
      throw new Error(`${name} holds a ${token.type}, which the handbook cannot show: ${token.raw}`)
  }
}

function headingOf({ depth, tokens }: Tokens.Heading, name: string): Block {
  if (depth !== 2 && depth !== 3)
    throw new Error(`${name} has a heading of level ${depth}; 2 and 3 are shown`)
  const text = plainText(wordsOf(tokens, name))
  return { kind: 'heading', level: depth, id: anchorOf(text), text }
}

/** `CERT_CHAIN` stays as it is; `The way back` becomes `the-way-back`. */
export function anchorOf(heading: string): string {
  if (/^[A-Z0-9_]+$/.test(heading)) return heading
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function listOf({ ordered, items }: Tokens.List, name: string): Block {
  return {
    kind: 'list',
    isOrdered: ordered,
    items: items.map(({ tokens }) => {
      const [only, ...more] = tokens
      if (only?.type !== 'text' || more.length > 0)
        throw new Error(`${name} has a list with more than one line a point`)
      return wordsOf((only as Tokens.Text).tokens ?? [], name)
    }),
  }
}

function tableOf({ header, rows }: Tokens.Table, name: string): Block {
  const cells = (row: readonly Tokens.TableCell[]): Words[] => row.map(({ tokens }) => wordsOf(tokens, name))
  return { kind: 'table', head: cells(header), rows: rows.map(cells) }
}

function wordsOf(tokens: readonly Token[], name: string): Words {
  return tokens.map((token) => {
    switch (token.type) {
      case 'text':
      case 'escape':
        return token.text.replaceAll('\n', ' ')
      case 'codespan':
        return { kind: 'code', text: (token as Tokens.Codespan).text.replaceAll('\n', ' ') }
      case 'strong':
        return { kind: 'strong', words: wordsOf(token.tokens ?? [], name) }
      case 'em':
        return { kind: 'emphasis', words: wordsOf(token.tokens ?? [], name) }
      case 'link':
        return {
          kind: 'link',
          to: addressOf((token as Tokens.Link).href, name),
          words: wordsOf(token.tokens ?? [], name),
        }
      default:
        throw new Error(`${name} holds a ${token.type}, which the handbook cannot show: ${token.raw}`)
    }
  })
}

/** Another page of the handbook stands beside this one on the disk, and under a path in the window. */
function addressOf(href: string, name: string): string {
  const [, topic, anchor = ''] = /^([a-z]+)\.md(#.+)?$/.exec(href) ?? []
  if (topic !== undefined) return `/handbook/${topic}${anchor}`
  if (/^(?:\/[a-z]|#|https:\/\/)/.test(href)) return href
  throw new Error(
    `${name} leads to ${href}, which is neither a page of the handbook, of the window, nor an https address`,
  )
}
