/** Everything that is done with a post seldom. Its acts are fetched and worked out when it opens. */
import { latePart } from '../../components/late-part.tsx'
import { LateMenu } from '../../components/more-menu.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'

interface PostMenuProps {
  readonly post: StoredPost
  readonly isOwn: boolean
}

const PostPopover = latePart(async () => (await import('./post-popover.tsx')).PostPopover, {
  words: 'menu',
  isOverlay: true,
})

export function PostMenu({ post, isOwn }: PostMenuProps) {
  const t = useText()
  return <LateMenu label={t('post.menu')} popover={PostPopover} given={{ post, isOwn }} />
}
