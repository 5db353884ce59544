/** Blocks a whole server: counted at the home first, so that nobody loses people unawares. */
import { useQuery } from '@tanstack/react-query'
import type { BlockLoss } from '../../../server/contracts/moderation.ts'
import { blockServer, previewServerBlock, unblockServer } from '../../api/blocked-servers.ts'
import { toFailure } from '../../api/failure.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PageLoading } from '../../components/page.tsx'
import { usePersonActs } from '../../hooks/use-relationship.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './questions.module.css'

interface ServerQuestionProps {
  readonly domain: string
  readonly onClose: () => void
}

/** Nothing is asked before the numbers are there. */
export function ServerQuestion({ domain, onClose }: ServerQuestionProps) {
  const t = useText()
  const { api } = useServices()
  const preview = useQuery({
    queryKey: ['block-preview', domain],
    queryFn: async () => previewServerBlock(api, domain),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  if (preview.data !== undefined) return <Asked domain={domain} loss={preview.data} onClose={onClose} />
  return (
    <Dialog title={t('people.server_title', { domain })} onClose={onClose}>
      {preview.error === null ? (
        <PageLoading words={t('people.server_counting')} />
      ) : (
        <FailureNotice
          failure={toFailure(preview.error)}
          meaning={t('act.nothing_changed')}
          act={{ label: t('act.try_again'), onPress: () => void preview.refetch() }}
        />
      )}
    </Dialog>
  )
}

function Asked({ domain, loss, onClose }: ServerQuestionProps & { readonly loss: BlockLoss }) {
  const t = useText()
  const { api, undo, leftOut } = useServices()
  const { serverChanged } = usePersonActs()
  const block = async (): Promise<void> => {
    const leaving = { deed: 'server', whom: domain } as const
    leftOut.leave(leaving)
    const ended = await blockServer(api, domain).catch((error: unknown) => {
      leftOut.bringBack(leaving)
      throw error
    })
    serverChanged()
    const takeBack = async (): Promise<void> => {
      await unblockServer(api, domain)
      leftOut.bringBack(leaving)
      serverChanged()
    }
    if (ended.follows === 0 && ended.followers === 0) {
      const words = t('people.server_blocked', { domain })
      undo.offer({ words, undo: () => void takeBack().catch(() => undefined) })
    }
  }
  const { followers, follows, followed, people, posts } = loss
  return (
    <ConfirmDialog
      title={t('people.server_title', { domain })}
      act={t('people.server')}
      onConfirm={block}
      onClose={onClose}
    >
      <div className={styles.words}>
        <p className={styles.loss}>
          {followers === 0 && follows === 0
            ? t('people.server_loses_nobody')
            : t('people.server_loses', { followers, follows })}
        </p>
        {followed.length === 0 ? null : (
          <ul className={styles.handles} aria-label={t('people.server_followed')}>
            {followed.map((handle) => (
              <li key={handle}>
                <bdi dir="ltr">{handle}</bdi>
              </li>
            ))}
          </ul>
        )}
        <p>{t('people.server_hides', { people, posts })}</p>
      </div>
    </ConfirmDialog>
  )
}
