/** What the page behind a link says of itself. Its picture comes through the home; nothing is asked of anybody else. */
import { FileText, Play } from 'lucide-react'
import { useState } from 'react'
import type { PreviewCard as Card } from '../../server/contracts/preview-card.ts'
import { ownPath } from '../api/own-path.ts'
import { isWebAddress } from '../formatting/link-kind.ts'
import { useText } from '../hooks/use-text.ts'
import { cx } from './cx.ts'
import styles from './preview-card.module.css'

export function PreviewCard({ card }: { readonly card: Card }) {
  const t = useText()
  if (!isWebAddress(card.url) || card.title.trim() === '') return null
  const { author_name: author, description } = card
  return (
    <a
      href={card.url}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      className={styles.card}
      {...(card.language === null || card.language === '' ? {} : { lang: card.language })}
    >
      <CardPicture card={card} />
      <span className={styles.words}>
        <span className={styles.title} dir="auto">
          {card.title}
        </span>
        {description === '' ? null : (
          <span className={styles.description} dir="auto">
            {description}
          </span>
        )}
        <span className={styles.from}>
          {/* What the address says, not what the page says of itself; other scripts stand in their plain form. */}
          <bdi dir="ltr">{hostOf(card.url)}</bdi>
          {author === '' ? null : (
            <>
              {' · '}
              {t('card.by')} <bdi>{author}</bdi>
            </>
          )}
        </span>
      </span>
    </a>
  )
}

function CardPicture({ card }: { readonly card: Card }) {
  const [hasFailed, setFailed] = useState(false)
  const source = ownPath(card.image)
  const Icon = card.type === 'video' ? Play : FileText
  return (
    <span className={cx(styles.picture)}>
      {source === null || hasFailed ? (
        <Icon aria-hidden size={22} strokeWidth={1.5} />
      ) : (
        <img
          src={source}
          alt={card.image_description}
          loading="lazy"
          decoding="async"
          onError={() => setFailed(true)}
        />
      )}
    </span>
  )
}

function hostOf(address: string): string {
  return new URL(address).host.replace(/^www\./, '')
}
