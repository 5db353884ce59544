/** Where a letter is for the control that has the focus, and not for the window. */

export interface FocusedControl {
  /** In lower case. */
  readonly tag: string
  /** Of an `input`. */
  readonly type: string
  /** `aria-haspopup`: what opens from it. */
  readonly popup: string | null
  readonly isEditable: boolean
}

/** Fields that are pressed or moved: letters mean nothing to them. */
const WITHOUT_LETTERS: ReadonlySet<string> = new Set([
  'button',
  'checkbox',
  'color',
  'file',
  'hidden',
  'image',
  'radio',
  'range',
  'reset',
  'submit',
])

/** Text goes in there, or letters choose from its list. */
export function takesLetters({ tag, type, popup, isEditable }: FocusedControl): boolean {
  if (isEditable || tag === 'textarea' || tag === 'select' || popup === 'listbox') return true
  return tag === 'input' && !WITHOUT_LETTERS.has(type)
}
