/**
 * The number of columns, for the parts that are on the page at all and, as `data-columns` of the root, for the style sheets.
 * A media query counts in the letters of the browser's setting; these are counted in those that the owner chose.
 */
import { flushSync } from 'react-dom'
import { type Columns, columnsFor } from '../formatting/columns.ts'
import { createStore } from '../stores/observable.ts'
import { useObservable } from './use-observable.ts'

const columns = createStore<Columns>('three')

export function useColumns(): Columns {
  return useObservable(columns)
}

/** Follows the width of the window and the size of its letters, for as long as the document is there. */
export function followColumns({ documentElement: root, body }: Document): void {
  const look = (): void => {
    const found = columnsFor(window.innerWidth, Number.parseFloat(getComputedStyle(root).fontSize))
    // What goes reads its place while it is as wide as it was: the sheets of style come after it.
    flushSync(() => columns.set(found))
    root.dataset['columns'] = found
  }
  look()
  window.addEventListener('resize', look)
  // Nothing else tells that the letters of the root have another size.
  const letter = root.ownerDocument.createElement('div')
  letter.ariaHidden = 'true'
  letter.className = 'one-letter'
  body.append(letter)
  new ResizeObserver(look).observe(letter)
}
