/** Opens the emoji, and puts the chosen one where the caret is, or was when the text was left. */
import { Smile } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { IconButton } from '../../components/button.tsx'
import { insertEmoji } from '../../formatting/insert-emoji.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { PickedEmoji } from '../../stores/emoji-reactions.ts'
import { EmojiPicker } from './late-parts.ts'

export function EmojiButton({ field }: { readonly field: RefObject<HTMLTextAreaElement | null> }) {
  const t = useText()
  const { drafts } = useServices()
  const [isOpen, setOpen] = useState(false)
  const caret = useRef<number | null>(null)
  const pick = ({ name, domain }: PickedEmoji): void => {
    const area = field.current
    if (area === null) return
    const { selectionStart, selectionEnd, value } = area
    const isCustom = domain !== undefined
    const edited = insertEmoji(value, [selectionStart, selectionEnd], { name, isCustom })
    drafts.change({ text: edited.text })
    caret.current = edited.caret
  }
  useEffect(() => {
    if (isOpen || caret.current === null) return
    field.current?.focus()
    field.current?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  }, [isOpen, field])
  return (
    <>
      <IconButton icon={Smile} label={t('composer.add_emoji')} onPress={() => setOpen(true)} />
      {isOpen ? (
        <EmojiPicker title={t('composer.add_emoji')} onPick={pick} onClose={() => setOpen(false)} />
      ) : null}
    </>
  )
}
