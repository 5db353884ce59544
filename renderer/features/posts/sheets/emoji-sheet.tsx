/** Picks the emoji of a reaction. */
import { EmojiPicker } from '../../../components/emoji-picker.tsx'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'

interface EmojiSheetProps {
  readonly postId: string
  readonly onClose: () => void
}

export function EmojiSheet({ postId, onClose }: EmojiSheetProps) {
  const t = useText()
  const { deeds } = useServices()
  return (
    <EmojiPicker
      title={t('post.react')}
      onPick={(emoji) => void deeds.react(postId, emoji)}
      onClose={onClose}
    />
  )
}
