/** Who boosted a post, of those whom the reader follows; and the way to everybody who did. */
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import type { Booster } from '../../../../server/contracts/boosters.ts'
import { AccountRow } from '../../../components/account-row.tsx'
import { AppLink } from '../../../components/app-link.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { postPeoplePath } from '../../../formatting/paths.ts'
import { useText } from '../../../hooks/use-text.ts'
import styles from './sheets.module.css'

interface BoostersSheetProps {
  readonly postId: string
  readonly accounts: readonly Booster[]
  readonly count: number
  readonly onClose: () => void
}

export function BoostersSheet({ postId, accounts, count, onClose }: BoostersSheetProps) {
  const t = useText()
  const [path] = useLocation()
  const opened = useRef(path)
  // Every name leads to another page, over which the sheet has no business.
  useEffect(() => {
    if (path !== opened.current) onClose()
  }, [path, onClose])
  const unnamed = count - accounts.length
  return (
    <Dialog title={t('sheets.boosters')} onClose={onClose}>
      <ul className={styles.people}>
        {accounts.map((account) => (
          <li key={account.id}>
            <AccountRow account={account} />
          </li>
        ))}
      </ul>
      {unnamed > 0 ? <p className={styles.help}>{t('sheets.boosters_more', { count: unnamed })}</p> : null}
      <p className={styles.help}>
        <AppLink to={postPeoplePath(postId, 'boosts')}>{t('sheets.boosters_all')}</AppLink>
      </p>
    </Dialog>
  )
}
