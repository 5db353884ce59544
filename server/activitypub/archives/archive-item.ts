/** What an item of an archive turns out to be, and what all dialects have in common. */
import type { ArchivedPost } from '../../domain/archives/archived-post.ts'
import { escapeHtml } from '../../domain/text/escape-html.ts'

export type ArchiveItem =
  | { readonly kind: 'post'; readonly post: ArchivedPost }
  /** No post of the account's own: a boost, or something that is no post at all. */
  | { readonly kind: 'passed_over' }
  | { readonly kind: 'flawed'; readonly subject: string; readonly reason: string }

/** A poll that is over stays as it ended: nobody votes in it here. */
export function pollHtml(options: readonly { readonly title: string; readonly votes: number }[]): string {
  if (options.length === 0) return ''
  const lines = options.map(({ title, votes }) => `<li>${escapeHtml(title)}: ${votes}</li>`)
  return `<ul>${lines.join('')}</ul>`
}
