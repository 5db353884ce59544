/**
 * The one way out to the person's browser: https addresses, and addresses to write to after a question. Whatever else a page
 * names is not handed to the system, where any program may have registered itself for it.
 * @see security rule 91
 */
import type { ElectronParts } from '../electron-parts.ts'

export type ExternalLink =
  | { readonly kind: 'page'; readonly href: string }
  | { readonly kind: 'mail'; readonly href: string; readonly to: string }
  /** Not encrypted: it can be copied, and is not opened. */
  | { readonly kind: 'plain'; readonly href: string }
  | { readonly kind: 'refused' }

const MAX_LENGTH = 2_048
const MAX_MAIL_LENGTH = 1_024
/** Of a stranger's text in a question. */
const MAX_SHOWN = 200

const REFUSED: ExternalLink = { kind: 'refused' }

/** @param address  of a page, or of whoever made it: nobody vouches for it */
export function externalLinkOf(address: string): ExternalLink {
  if (address.length > MAX_LENGTH || !URL.canParse(address)) return REFUSED
  const url = new URL(address)
  if (url.protocol === 'mailto:') return mailOf(url)
  // A name before the host serves only to make a host look like another.
  if (url.username !== '' || url.password !== '' || url.hostname === '') return REFUSED
  if (url.protocol === 'https:') return { kind: 'page', href: url.href }
  return url.protocol === 'http:' ? { kind: 'plain', href: url.href } : REFUSED
}

/** Only to whom: a subject and a text could be a stranger's, and some programs attach files that are named there. */
function mailOf(url: URL): ExternalLink {
  const to = url.pathname
  if (to.length > MAX_MAIL_LENGTH || !/^[^\s<>"(),:;\\[\]@%]+@[^\s<>"(),:;\\[\]@%/?#]+$/.test(to))
    return REFUSED
  return { kind: 'mail', href: `mailto:${to}`, to }
}

export interface ExternalLinks {
  open(address: string): Promise<void>
}

interface ExternalLinksNeeds {
  readonly words: (id: string) => string
  /** For the journal. */
  readonly noticed: (message: string) => void
}

/** More than a person opens, and less than a page could. */
const MOST_IN_TEN_SECONDS = 10
const WINDOW_MS = 10_000

export function openExternalLinks(
  { shell, dialog, clipboard }: Pick<ElectronParts, 'shell' | 'dialog' | 'clipboard'>,
  { words, noticed }: ExternalLinksNeeds,
  nowMs: () => number = () => performance.now(),
): ExternalLinks {
  /** While a question stands, no other comes: a page that asks without end is heard once. */
  let isAsking = false
  const opened: number[] = []
  const ask = async (message: string, detail: string, act: string): Promise<boolean> => {
    if (isAsking) return false
    isAsking = true
    try {
      const buttons = [act, words('act.cancel')]
      const options = {
        type: 'question' as const,
        message,
        detail,
        buttons,
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      }
      const { response } = await dialog.showMessageBox(options)
      return response === 0
    } finally {
      isAsking = false
    }
  }
  const handOver = async (href: string): Promise<void> => {
    const now = nowMs()
    while (opened[0] !== undefined && now - opened[0] > WINDOW_MS) opened.shift()
    if (opened.length >= MOST_IN_TEN_SECONDS)
      return noticed('a page opens links without end: one was not opened')
    opened.push(now)
    try {
      await shell.openExternal(href)
    } catch (error) {
      noticed(`the system opened no link: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return {
    async open(address) {
      const link = externalLinkOf(address)
      if (link.kind === 'page') return handOver(link.href)
      if (link.kind === 'mail') {
        if (await ask(words('links.mail'), shown(link.to), words('links.write'))) await handOver(link.href)
      } else if (link.kind === 'plain') {
        if (await ask(words('links.plain'), shown(link.href), words('links.copy')))
          await clipboard.writeText(link.href)
      } else noticed('a link was not opened: it is neither a page on https nor an address to write to')
    },
  }
}

/** @see security rule 98 */
const shown = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
