/** Opens the palette with Ctrl K or ⌘ K from anywhere, also while somebody types. */
import { useLayoutEffect, useState } from 'react'
import { latePart } from '../components/late-part.tsx'

const PaletteDialog = latePart(
  async () => (await import('../features/palette/palette-dialog.tsx')).PaletteDialog,
  { words: 'find', isOverlay: true },
)

export function Palette() {
  const [isOpen, setOpen] = useState(false)
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isOurs = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
      if (!isOurs || event.key.toLowerCase() !== 'k') return
      const isAsked = document.querySelector('[role="dialog"], [role="alertdialog"]') !== null
      event.preventDefault()
      // Never one over another: the same keys close the palette, and another dialog keeps its place.
      setOpen((before) => !before && !isAsked)
    }
    // Before the keys of the page, which know these as those of the search.
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])
  if (!isOpen) return null
  return <PaletteDialog onClose={() => setOpen(false)} />
}
