/** The acts of a post's menu, a line above each group but the first. */
import { MenuList, MenuPopover } from '../../components/menu-popover.tsx'
import type { MenuAct } from '../../components/menu-act.ts'
import type { OpenedPopover } from '../../components/popover-button.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { useMenuActs } from './use-menu-acts.ts'

interface PostPopoverProps extends OpenedPopover {
  readonly post: StoredPost
  readonly isOwn: boolean
}

export function PostPopover(props: PostPopoverProps) {
  const t = useText()
  return (
    <MenuPopover {...props} label={t('post.menu')}>
      <PostMenuList {...props} />
    </MenuPopover>
  )
}

function PostMenuList({ post, isOwn, openedBy, onClose }: PostPopoverProps) {
  const t = useText()
  const groups = useMenuActs(post, isOwn)
  return (
    <MenuList label={t('post.menu')} acts={groups.flatMap(withLine)} openedBy={openedBy} onClose={onClose} />
  )
}

function withLine(group: readonly MenuAct[], index: number): readonly MenuAct[] {
  return group.map((act, place) => (index > 0 && place === 0 ? { ...act, beginsGroup: true } : act))
}
