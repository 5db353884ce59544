/** Whether letters go into a field. */
import { takesLetters } from './letter-fields.ts'

/** @param target  what has the focus */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return takesLetters({
    tag: target.localName,
    type: target instanceof HTMLInputElement ? target.type : '',
    popup: target.getAttribute('aria-haspopup'),
    isEditable: target.isContentEditable,
  })
}
