/** Everything that is done with a post seldom. Its acts are worked out when it opens. */
import { LateMenu, type MenuAct, MenuList } from '../../components/more-menu.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { useMenuActs } from './use-menu-acts.ts'

interface PostMenuProps {
  readonly post: StoredPost
  readonly isOwn: boolean
}

export function PostMenu({ post, isOwn }: PostMenuProps) {
  const t = useText()
  return (
    <LateMenu label={t('post.menu')}>
      <PostMenuList post={post} isOwn={isOwn} />
    </LateMenu>
  )
}

function PostMenuList({ post, isOwn }: PostMenuProps) {
  const t = useText()
  const groups = useMenuActs(post, isOwn)
  return <MenuList label={t('post.menu')} acts={groups.flatMap(withLine)} />
}

/** A line above each group but the first. */
function withLine(group: readonly MenuAct[], index: number): readonly MenuAct[] {
  return group.map((act, place) => (index > 0 && place === 0 ? { ...act, beginsGroup: true } : act))
}
