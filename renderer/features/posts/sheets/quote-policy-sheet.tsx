/** Who may quote an own post from now on. */
import { useState } from 'react'
import { type QuotePolicy, setQuotePolicy } from '../../../api/post-acts.ts'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { FailureNotice } from '../../../components/notice.tsx'
import { useAct } from '../../../hooks/use-act.ts'
import { usePost } from '../../../hooks/use-observable.ts'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'
import type { StoredPost } from '../../../stores/posts.ts'
import styles from './sheets.module.css'

interface QuotePolicySheetProps {
  readonly postId: string
  readonly onClose: () => void
}

const POLICIES: readonly QuotePolicy[] = ['public', 'followers', 'nobody']

export function QuotePolicySheet({ postId, onClose }: QuotePolicySheetProps) {
  const post = usePost(postId)
  return post === undefined ? null : <PolicyOf post={post} onClose={onClose} />
}

function PolicyOf({ post, onClose }: { readonly post: StoredPost; readonly onClose: () => void }) {
  const t = useText()
  const { api, posts } = useServices()
  const [policy, setPolicy] = useState(() => policyOf(post))
  const act = useAct()
  const save = async (): Promise<void> => {
    if (await act.run(async () => posts.put([await setQuotePolicy(api, post.id, policy)]))) onClose()
  }
  const acts = (
    <>
      <Button onPress={onClose}>{t('act.cancel')}</Button>
      <Button look="primary" isBusy={act.isBusy} onPress={() => void save()}>
        {t('sheets.save')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('sheets.policy')} acts={acts} onClose={onClose}>
      <fieldset className={styles.choices}>
        <legend className="visually-hidden">{t('sheets.policy')}</legend>
        {POLICIES.map((one) => (
          <label key={one} className={styles.choice}>
            <input type="radio" name="policy" checked={policy === one} onChange={() => setPolicy(one)} />
            <span>{t(`sheets.policy_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <p className={styles.help}>{t('sheets.policy_help')}</p>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
    </Dialog>
  )
}

function policyOf({ quote_approval: { automatic } }: StoredPost): QuotePolicy {
  if (automatic.includes('public')) return 'public'
  return automatic.includes('followers') ? 'followers' : 'nobody'
}
