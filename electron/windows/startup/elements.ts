/** Elements of the start-up page: made one by one, never written as text. */

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  facts: { readonly class?: string; readonly text?: string } = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (facts.class !== undefined) made.className = facts.class
  if (facts.text !== undefined) made.textContent = facts.text
  made.append(...children)
  return made
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/** What the shell says of an error, without what Electron puts before it. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Error
    ? error.message.replace(/^Error invoking remote method '[^']+': /, '')
    : String(error)

/** @param text  an element, or what it says */
export function choice(name: string, value: string, text: HTMLElement): [HTMLLabelElement, HTMLInputElement] {
  const input = element('input')
  input.type = 'radio'
  input.name = name
  input.value = value
  return [element('label', { class: 'choice' }, input, text), input]
}
