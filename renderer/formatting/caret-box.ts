/** Where a letter of a text field stands on the screen: browsers do not say, so the same text is set once more, unseen. */

const COPIED = [
  ...(['direction', 'boxSizing', 'width', 'borderTopWidth', 'borderRightWidth', 'borderLeftWidth'] as const),
  ...(['paddingTop', 'paddingRight', 'paddingLeft', 'font', 'letterSpacing', 'lineHeight'] as const),
  ...(['textIndent', 'tabSize', 'wordSpacing'] as const),
]

/** @param place  UTF-16 place in the text */
export function caretBox(field: HTMLTextAreaElement, place: number): DOMRect {
  const style = getComputedStyle(field)
  const twin = document.createElement('div')
  for (const name of COPIED) twin.style[name] = style[name]
  Object.assign(twin.style, {
    position: 'absolute',
    visibility: 'hidden',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'break-word',
    borderStyle: 'solid',
    top: '0',
    left: '0',
  })
  const mark = document.createElement('span')
  mark.textContent = field.value.slice(place, place + 1) || '.'
  twin.append(field.value.slice(0, place), mark, field.value.slice(place + 1))
  document.body.append(twin)
  const [frame, start, box] = [
    twin.getBoundingClientRect(),
    mark.getBoundingClientRect(),
    field.getBoundingClientRect(),
  ]
  twin.remove()
  return new DOMRect(
    box.left + start.left - frame.left,
    box.top + start.top - frame.top - field.scrollTop,
    1,
    start.height,
  )
}
