/** Dresses the document as the owner prefers: theme, contrast, size of text, density, motion. The style sheets do the rest. */
import type { Preferences } from '../../server/contracts/preferences.ts'

/** The browser's own size of text, to which sizes are relative, so that its own setting counts too. */
const USUAL_TEXT_SIZE = 16

type Dress = Pick<Preferences, 'theme' | 'contrast' | 'textSize' | 'density' | 'motion'>

export function applyAppearance(root: HTMLElement, dress: Dress): void {
  root.dataset['theme'] = dress.theme
  root.dataset['contrast'] = dress.contrast
  root.dataset['density'] = dress.density
  root.dataset['motion'] = dress.motion
  root.style.fontSize =
    dress.textSize === USUAL_TEXT_SIZE ? '' : `${(dress.textSize / USUAL_TEXT_SIZE) * 100}%`
}
