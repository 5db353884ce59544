/** Somebody's text goes its own way; an empty field goes the way of the page, as its placeholder does. */
export function directionOfText(text: string): { readonly dir?: 'auto' } {
  return text === '' ? {} : { dir: 'auto' }
}
