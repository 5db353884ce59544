/** Storage: where the bytes lie, caches to be emptied, and files that nothing shows, looked at before they go. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { NamedCacheStats } from '../../../server/contracts/caches.ts'
import type { StorageFacts } from '../../../server/contracts/home-status.ts'
import type { MediaSweepPreview, MediaSwept } from '../../../server/contracts/media-care.ts'
import { clearCache, getCaches, previewSweep, sweepMedia } from '../../api/home.ts'
import { Button } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { formatBytes, formatShare } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { CleanUpSection } from './clean-up-section.tsx'
import { DiskBar } from './disk-bar.tsx'
import { Mark } from '../../components/mark.tsx'
import styles from './items.module.css'
import { PostExpirySection } from './post-expiry-section.tsx'
import { STORAGE_KEY, useStorage } from './use-home.ts'

const CACHES_KEY = ['caches']

export function StoragePage() {
  const t = useText()
  const { api } = useServices()
  const storage = useStorage()
  const caches = useQuery({ queryKey: CACHES_KEY, queryFn: async () => getCaches(api) })
  return (
    <Page title={t('storage.title')} hasBack>
      <Section title={t('status.disk')}>
        <QueryState query={storage}>
          {(facts) => (
            <>
              <DiskBar facts={facts} />
              <Places facts={facts} />
            </>
          )}
        </QueryState>
      </Section>
      <Section title={t('storage.caches')} help={t('storage.caches_help')}>
        <QueryState query={caches}>
          {(report) => (
            <ul className={styles.list}>
              {report.caches.map((cache) => (
                <CacheRow key={cache.name} cache={cache} />
              ))}
            </ul>
          )}
        </QueryState>
      </Section>
      <CleanUpSection />
      <SweepSection />
      <PostExpirySection />
    </Page>
  )
}

function Places({ facts: { kinds } }: { readonly facts: StorageFacts }) {
  const t = useText()
  const named = kinds.filter(({ place }) => place !== null)
  return (
    <details className={styles.fold}>
      <summary>{t('storage.places')}</summary>
      <ul className={styles.list}>
        {named.map(({ kind, place }) => (
          <li key={kind} className={styles.meta}>
            {t(`disk.${kind}`)}: <code className={styles.inline}>{place}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}

function CacheRow({ cache }: { readonly cache: NamedCacheStats }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const [isAsked, setAsked] = useState(false)
  const { name, isUp, bytes, items, maxBytes, hits, misses, scheme } = cache
  const clear = async (): Promise<void> => {
    await clearCache(api, name)
    await Promise.all(
      [CACHES_KEY, STORAGE_KEY].map(async (queryKey) => queries.invalidateQueries({ queryKey })),
    )
  }
  const say = (value: number | null): string => (value === null ? '–' : formatBytes(t.locale, value))
  const share = formatShare(t.locale, hits, hits + misses)
  const held = t('storage.held', { count: items ?? 0, bytes: say(bytes) })
  return (
    <li className={styles.item}>
      <div className={styles.words}>
        <h3>
          <Mark tone={scheme === 'off' ? 'quiet' : isUp ? 'good' : 'look'} />
          <span>{t(`cache.${name}`)}</span>
        </h3>
        <p className={styles.meta}>
          {scheme === 'off'
            ? t('storage.off')
            : [
                isUp ? null : t('storage.down'),
                held,
                maxBytes === null ? null : t('storage.at_most', { bytes: say(maxBytes) }),
                share === null ? null : t('storage.hits', { share }),
              ]
                .filter((word) => word !== null)
                .join(' · ')}
        </p>
      </div>
      {scheme === 'off' ? null : (
        <Button label={t('storage.clear_label', { name: t(`cache.${name}`) })} onPress={() => setAsked(true)}>
          {t('storage.clear')}
        </Button>
      )}
      {isAsked ? (
        <ConfirmDialog
          title={t('storage.clear_title', { name: t(`cache.${name}`) })}
          act={t('storage.clear_act')}
          onConfirm={clear}
          onClose={() => setAsked(false)}
        >
          {held}. {t('storage.clear_help')}
        </ConfirmDialog>
      ) : null}
    </li>
  )
}

function SweepSection() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const looking = useAct()
  const [found, setFound] = useState<MediaSweepPreview | null>(null)
  const [swept, setSwept] = useState<MediaSwept | null>(null)
  const [isAsked, setAsked] = useState(false)
  const look = async (): Promise<void> => {
    setSwept(null)
    setFound(await previewSweep(api))
  }
  const sweep = async (): Promise<void> => {
    setSwept(await sweepMedia(api))
    setFound(null)
    await queries.invalidateQueries({ queryKey: STORAGE_KEY })
  }
  const files = (found?.unnamed.files ?? 0) + (found?.unknown.files ?? 0)
  const bytes = formatBytes(t.locale, (found?.unnamed.bytes ?? 0) + (found?.unknown.bytes ?? 0))
  const words = t('storage.would_go', { count: files, bytes })
  return (
    <Section title={t('storage.sweep')} help={t('storage.sweep_help')}>
      <div className={styles.acts}>
        <Button isBusy={looking.isBusy} onPress={() => void looking.run(look)}>
          {t('storage.look')}
        </Button>
        {files > 0 ? (
          <Button look="danger" onPress={() => setAsked(true)}>
            {t('storage.delete', { count: files })}
          </Button>
        ) : null}
      </div>
      <div role="status">
        {looking.isBusy ? <p className={styles.meta}>{t('storage.looking')}</p> : null}
        {found === null ? null : <p>{files === 0 ? t('storage.nothing') : words}</p>}
        {found === null || found.missing.files === 0 ? null : (
          <p>{t('storage.missing', { count: found.missing.files })}</p>
        )}
        {swept === null ? null : <Gone swept={swept} />}
      </div>
      {looking.failure === null ? null : <FailureNotice failure={looking.failure} />}
      {isAsked ? (
        <ConfirmDialog
          title={t('storage.delete_title', { count: files })}
          act={t('storage.delete_act')}
          onConfirm={sweep}
          onClose={() => setAsked(false)}
        >
          {words} {t('storage.delete_help')}
        </ConfirmDialog>
      ) : null}
    </Section>
  )
}

function Gone({ swept: { removed } }: { readonly swept: MediaSwept }) {
  const t = useText()
  return <p>{t('storage.gone', { count: removed.files, bytes: formatBytes(t.locale, removed.bytes) })}</p>
}
