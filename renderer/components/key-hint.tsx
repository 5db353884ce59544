/** Keys as they stand on the keyboard; several of one command side by side. */
import { Fragment } from 'react'
import { isApplePlatform, keyCaps } from '../keys/key-caps.ts'
import type { Key } from '../keys/keymap.ts'
import styles from './key-hint.module.css'

export function KeyHint({ keys }: { readonly keys: readonly Key[] }) {
  const isApple = isApplePlatform(navigator.userAgent)
  return (
    <span dir="ltr" className={styles.keys}>
      {keys.map((key) => (
        <span key={key} className={styles.key}>
          {keyCaps(key, isApple).caps.map((cap, place) => (
            <Fragment key={cap + String(place)}>
              {place === 0 ? null : ' '}
              <kbd>{cap}</kbd>
            </Fragment>
          ))}
        </span>
      ))}
    </span>
  )
}
