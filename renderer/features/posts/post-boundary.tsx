/** Catches a post that cannot be drawn, whatever is wrong with it: the others of the list stay as they are. */
import { CircleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Covered } from '../../components/covered.tsx'
import { pageUrlOf } from '../../formatting/link-kind.ts'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import styles from './posts.module.css'

interface Props {
  readonly entryId: string
  readonly post: StoredPost
  readonly children: ReactNode
}

interface State {
  /** The version that fell; a later one is tried anew. */
  readonly fallen: StoredPost | null
  readonly hasFallen: boolean
}

export class PostBoundary extends Component<Props, State> {
  override readonly state: State = { fallen: null, hasFallen: false }

  static getDerivedStateFromError(): Partial<State> {
    return { hasFallen: true }
  }

  static getDerivedStateFromProps({ post }: Props, state: State): Partial<State> | null {
    if (!state.hasFallen) return { fallen: post }
    return state.fallen === post ? null : { fallen: post, hasFallen: false }
  }

  override render(): ReactNode {
    const { entryId, post, children } = this.props
    return this.state.hasFallen ? <FallenPost entryId={entryId} post={post} /> : children
  }
}

function FallenPost({ entryId, post }: Omit<Props, 'children'>) {
  const t = useText()
  const address = typeof post.url === 'string' ? pageUrlOf(post) : null
  return (
    <article className={styles.fallen} data-entry-id={entryId} aria-label={t('post.fallen')} tabIndex={-1}>
      <Covered icon={CircleAlert}>
        {t('post.fallen')}{' '}
        {address === null ? null : (
          <a href={address} target="_blank" rel="noopener noreferrer nofollow">
            {t('post.fallen_elsewhere')}
          </a>
        )}
      </Covered>
    </article>
  )
}
