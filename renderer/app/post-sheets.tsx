/** The one place where sheets about posts are shown; each is fetched with its words when it is first opened. */
import { type ComponentType, Suspense, useEffect } from 'react'
import { usePostKeys } from '../features/posts/use-post-keys.ts'
import { useObservable } from '../hooks/use-observable.ts'
import { useServices } from '../hooks/use-services.ts'
import type { PostSheet } from '../stores/post-sheets.ts'
import { lazyPage } from './lazy-page.tsx'

type SheetOf<Kind extends PostSheet['kind']> = ComponentType<
  Extract<PostSheet, { kind: Kind }> & { readonly onClose: () => void }
>

const SHEETS: { readonly [Kind in PostSheet['kind']]: SheetOf<Kind> } = {
  viewer: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/media-viewer.tsx')).MediaViewer,
  ),
  history: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/history-sheet.tsx')).HistorySheet,
  ),
  emoji: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/emoji-sheet.tsx')).EmojiSheet,
  ),
  rewrite: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/rewrite-sheet.tsx')).RewriteSheet,
  ),
  quote_policy: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/quote-policy-sheet.tsx')).QuotePolicySheet,
  ),
  filter: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/filter-sheet.tsx')).FilterSheet,
  ),
  revoke_quote: lazyPage(
    'sheets',
    async () => (await import('../features/posts/sheets/revoke-sheet.tsx')).RevokeSheet,
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
  return (
    <Suspense fallback={null}>
      <Sheet {...sheet} onClose={() => postSheet.set(null)} />
    </Suspense>
  )
}
