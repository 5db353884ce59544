/** The text of a post as elements: links that open outside, mentions that stay inside, pictures for known names. */
import { type JSX, type ReactNode, useMemo } from 'react'
import type { CustomEmoji } from '../../server/contracts/custom-emoji.ts'
import type { StatusMention } from '../../server/contracts/status.ts'
import { isWebAddress, mentionOfLink } from '../formatting/link-kind.ts'
import { profilePath } from '../formatting/paths.ts'
import { splitEmojis } from '../formatting/split-emojis.ts'
import { AppLink } from './app-link.tsx'
import { EmojiText } from './emoji-text.tsx'
import { sanitizeToFragment } from './sanitize.ts'

interface PostHtmlProps {
  readonly html: string
  readonly emojis: readonly CustomEmoji[]
  readonly mentions: readonly StatusMention[]
  /** Leaves out the line by which servers without quotes refer to the quoted post. */
  readonly hidesQuoteLine?: boolean
}

export function PostHtml({ html, emojis, mentions, hidesQuoteLine = false }: PostHtmlProps) {
  const fragment = useMemo(() => sanitizeToFragment(html), [html])
  return renderChildren(fragment, {
    emojis,
    mentions,
    hidesQuoteLine,
    depth: 0,
    budget: { left: MOST_PARTS },
  })
}

interface RenderContext extends Omit<PostHtmlProps, 'html'> {
  readonly depth: number
  /** Shared by all of one text. */
  readonly budget: { left: number }
}

/** Elements and pictures of one text; nobody writes as many, and thousands would freeze the page. What follows is its words. */
const MOST_PARTS = 1_500

/** Deeper than anybody writes; beyond it only the words are shown. */
const MAX_DEPTH = 40

function renderChildren(parent: Node, context: RenderContext): ReactNode {
  if (context.depth > MAX_DEPTH) return parent.textContent
  const inner = { ...context, depth: context.depth + 1 }
  const parts: ReactNode[] = []
  for (const [index, node] of parent.childNodes.entries()) {
    if (context.budget.left <= 0) return [...parts, wordsFrom(node)]
    parts.push(renderNode(node, index, inner))
  }
  return parts
}

/** Of a node and all that stand behind it. */
function wordsFrom(first: ChildNode): string {
  const words: string[] = []
  for (let node: ChildNode | null = first; node !== null; node = node.nextSibling) {
    words.push(node.nodeName === 'BR' ? '\n' : (node.textContent ?? ''))
  }
  return words.join('')
}

function renderNode(node: ChildNode, key: number, context: RenderContext): ReactNode {
  const { budget } = context
  budget.left -= 1
  if (node.nodeType === Node.TEXT_NODE) {
    budget.left -= splitEmojis(node.textContent ?? '', context.emojis).length - 1
    return <EmojiText key={key} text={node.textContent ?? ''} emojis={context.emojis} />
  }
  if (!(node instanceof HTMLElement)) return null
  if (context.hidesQuoteLine === true && node.classList.contains('quote-inline')) return null
  const name = node.localName
  if (name === 'br') return <br key={key} />
  if (name === 'a') return renderLink(node, key, context)
  const children = renderChildren(node, context)
  const tag = TAGS[name]
  if (tag === undefined) return children
  const Tag = tag
  return (
    <Tag key={key} {...attributesOf(node)}>
      {children}
    </Tag>
  )
}

const SAME = 'p span em i strong b u del s sub sup code pre blockquote ul ol li ruby rt rp'.split(
  ' ',
) as (keyof JSX.IntrinsicElements)[]
/** Headings of a post are no headings of the page. */
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
const TAGS: Readonly<Record<string, keyof JSX.IntrinsicElements>> = {
  ...Object.fromEntries(SAME.map((name) => [name, name])),
  ...Object.fromEntries(HEADINGS.map((name) => [name, 'strong'])),
}

/** Servers mark the parts of a long address that are not for the eye. */
const KEPT_CLASSES: ReadonlySet<string> = new Set(['invisible', 'ellipsis', 'quote-inline'])

function attributesOf(element: HTMLElement): { className?: string; lang?: string } {
  const classes = [...element.classList].filter((name) => KEPT_CLASSES.has(name))
  return {
    ...(classes.length === 0 ? {} : { className: classes.join(' ') }),
    ...(element.lang === '' ? {} : { lang: element.lang }),
  }
}

function renderLink(element: HTMLElement, key: number, context: RenderContext): ReactNode {
  const href = element.getAttribute('href') ?? ''
  const children = renderChildren(element, context)
  const mention = mentionOfLink(href, element.textContent ?? '', context.mentions)
  if (mention !== undefined) {
    return (
      <AppLink key={key} to={profilePath(mention)}>
        {children}
      </AppLink>
    )
  }
  if (!isWebAddress(href)) return children
  return (
    <a key={key} href={href} target="_blank" rel="noopener noreferrer nofollow ugc" title={href} dir="auto">
      {children}
    </a>
  )
}
