/** Draws what shows the home whenever that has become different: a menu that is open does not survive being drawn anew. */
import type { HomeView, HomeWatch } from '../home/home-watch.ts'

interface Drawing {
  /** All that is seen of it, as JSON can hold it. */
  readonly shown: unknown
  readonly draw: () => void
}

/** @returns what ends it */
export function drawnWhenChanged(
  watch: Pick<HomeWatch, 'onView'>,
  drawingOf: (view: HomeView) => Drawing,
): () => void {
  let last = ''
  return watch.onView((view) => {
    const { shown, draw } = drawingOf(view)
    const seen = JSON.stringify(shown)
    if (seen === last) return
    last = seen
    draw()
  })
}
