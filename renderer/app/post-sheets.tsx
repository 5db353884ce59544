/** The one place where sheets about posts are shown; each is fetched with its words when it is first opened. */
import { type ComponentType, useEffect } from 'react'
import { latePart } from '../components/late-part.tsx'
import { usePostKeys } from '../features/posts/use-post-keys.ts'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import type { PostSheet } from '../stores/post-sheets.ts'

type SheetOf<Kind extends PostSheet['kind']> = ComponentType<
  Extract<PostSheet, { kind: Kind }> & { readonly onClose: () => void }
>

const SHEET = { words: 'sheets', isOverlay: true } as const

const SHEETS: { readonly [Kind in PostSheet['kind']]: SheetOf<Kind> } = {
  viewer: latePart(
    async () => (await import('../features/posts/sheets/media-viewer.tsx')).MediaViewer,
    SHEET,
  ),
  boosters: latePart(
    async () => (await import('../features/posts/sheets/boosters-sheet.tsx')).BoostersSheet,
    SHEET,
  ),
  history: latePart(
    async () => (await import('../features/posts/sheets/history-sheet.tsx')).HistorySheet,
    SHEET,
  ),
  emoji: latePart(async () => (await import('../features/posts/sheets/emoji-sheet.tsx')).EmojiSheet, SHEET),
  rewrite: latePart(
    async () => (await import('../features/posts/sheets/rewrite-sheet.tsx')).RewriteSheet,
    SHEET,
  ),
  quote_policy: latePart(
    async () => (await import('../features/posts/sheets/quote-policy-sheet.tsx')).QuotePolicySheet,
    SHEET,
  ),
  filter: latePart(
    async () => (await import('../features/posts/sheets/filter-sheet.tsx')).FilterSheet,
    SHEET,
  ),
  deliveries: latePart(
    async () => (await import('../features/posts/sheets/deliveries-sheet.tsx')).DeliveriesSheet,
    SHEET,
  ),
  revoke_quote: latePart(
    async () => (await import('../features/posts/sheets/revoke-sheet.tsx')).RevokeSheet,
    SHEET,
  ),
}

/** Also listens to the keys that act on posts, and finishes what an earlier window began to delete. */
export function PostSheets() {
  const { deeds, postSheet } = useServices()
  const sheet = useObservable(postSheet)
  usePostKeys()
  useEffect(() => void deeds.finishDeletions(), [deeds])
  if (sheet === null) return null
  const Sheet = SHEETS[sheet.kind] as ComponentType<PostSheet & { readonly onClose: () => void }>
  return <Sheet key={sheet.kind} {...sheet} onClose={() => postSheet.set(null)} />
}
