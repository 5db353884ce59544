/** Emoji of other servers that were met in posts and profiles: searched, and copied. */
import { Copy } from 'lucide-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { SeenEmojiFacts } from '../../../server/contracts/own-emojis.ts'
import { toFailure } from '../../api/failure.ts'
import { getSeenEmojis } from '../../api/own-emojis.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PageLoading, Section } from '../../components/page.tsx'
import { TextField } from '../../components/text-field.tsx'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './emoji.module.css'

/** As many as the home gives at once. */
const PAGE = 60

export function SeenEmojis({ onCopy }: { readonly onCopy: (emoji: SeenEmojiFacts) => void }) {
  const t = useText()
  const { api } = useServices()
  const [typed, setTyped] = useState('')
  const words = useDeferredValue(typed.trim())
  const seen = useInfiniteQuery({
    queryKey: ['seen-emojis', words],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => getSeenEmojis(api, words, pageParam),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.id),
  })
  const all = seen.data?.pages.flat()
  return (
    <Section title={t('own_emoji.seen_title')} help={t('own_emoji.seen_help')}>
      <TextField kind="search" label={t('own_emoji.seen_search')} value={typed} onChange={setTyped} />
      {seen.error === null ? null : (
        <FailureNotice
          failure={toFailure(seen.error)}
          act={{ label: t('act.try_again'), onPress: () => void seen.refetch() }}
        />
      )}
      {all === undefined ? (
        seen.error === null ? (
          <PageLoading />
        ) : null
      ) : all.length === 0 ? (
        <p className={styles.meta}>{t(words === '' ? 'own_emoji.seen_none' : 'own_emoji.seen_no_match')}</p>
      ) : (
        <ul aria-label={t('own_emoji.seen_title')}>
          {all.map((emoji) => (
            <SeenRow key={emoji.id} emoji={emoji} onCopy={() => onCopy(emoji)} />
          ))}
        </ul>
      )}
      {seen.hasNextPage ? (
        <div>
          <Button isBusy={seen.isFetchingNextPage} onPress={() => void seen.fetchNextPage()}>
            {t('own_emoji.seen_more')}
          </Button>
        </div>
      ) : null}
    </Section>
  )
}

function SeenRow({ emoji, onCopy }: { readonly emoji: SeenEmojiFacts; readonly onCopy: () => void }) {
  const t = useText()
  const name = `\u2068:${emoji.shortcode}:\u2069`
  return (
    <li className={styles.seen}>
      <img src={emoji.url} alt="" className={styles.picture} loading="lazy" decoding="async" />
      <span className={styles.words}>
        <bdi className={styles.name}>:{emoji.shortcode}:</bdi>
        <bdi className={styles.meta}>{emoji.host}</bdi>
      </span>
      <Button label={t('own_emoji.copy_label', { name })} onPress={onCopy}>
        <Copy aria-hidden size={16} /> {t('own_emoji.copy')}
      </Button>
    </li>
  )
}
