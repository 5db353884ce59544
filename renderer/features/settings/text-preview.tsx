/** What strangers will see of a text, as the home itself would show it. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { PostHtml } from '../../components/post-html.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './parts.module.css'

export function TextPreview({ text }: { readonly text: string }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('texts_part.preview')}</summary>
      {isOpen ? <Preview text={text} /> : null}
    </details>
  )
}

function Preview({ text }: { readonly text: string }) {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({
    queryKey: ['text-preview', text],
    queryFn: async () =>
      api.post<{ readonly html: string }>('/api/homebird/v1/texts/preview', { body: { text } }),
    gcTime: 0,
  })
  return (
    <QueryState query={query}>
      {({ html }) => (
        <div className={styles.preview} dir="auto">
          {html === '' ? t('texts_part.usual') : <PostHtml html={html} emojis={[]} mentions={[]} />}
        </div>
      )}
    </QueryState>
  )
}
