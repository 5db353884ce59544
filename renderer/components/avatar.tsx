/** The round picture of an account; its first letter where there is none. */
import { useState } from 'react'
import type { Account } from '../../server/contracts/account.ts'
import { ownPath } from '../api/own-path.ts'
import styles from './avatar.module.css'
import { cx } from './cx.ts'

interface AvatarProps {
  readonly account: Pick<Account, 'avatar_static' | 'display_name' | 'username'>
  readonly size?: 'small' | 'medium' | 'large' | 'huge'
}

/** Beside the name it belongs to, so it says nothing to a screen reader. */
export function Avatar({ account, size = 'medium' }: AvatarProps) {
  const source = ownPath(account.avatar_static)
  const [failed, setFailed] = useState<string | null>(null)
  const letter = Array.from(account.display_name.trim() || account.username)[0] ?? ''
  return (
    <span aria-hidden className={cx(styles.avatar, styles[size])}>
      {source === null || failed === source ? (
        <span className={styles.letter}>{letter.toUpperCase()}</span>
      ) : (
        <img src={source} alt="" loading="lazy" decoding="async" onError={() => setFailed(source)} />
      )}
    </span>
  )
}
