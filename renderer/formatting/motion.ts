/** When pictures that move may do so. */
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import type { Preferences } from '../../server/contracts/preferences.ts'

/** `plays`: by itself. `pointed`: as long as a pointer or finger is on it. `still`: only by its own controls. */
export type Motion = 'plays' | 'pointed' | 'still'

/** @param isReducedBySystem  what the browser says of `prefers-reduced-motion`; less motion wins over everything */
export function motionOf(
  { autoplaysMotion, motion }: Pick<Preferences, 'autoplaysMotion' | 'motion'>,
  isReducedBySystem: boolean,
): Motion {
  if (isReducedBySystem || motion === 'reduced') return 'still'
  return autoplaysMotion ? 'plays' : 'pointed'
}

/** Formats of pictures that nearly always move; of others nothing tells it before they are read whole. */
const MOVING_NAMES = /\.(?:gif|apng)$/i

/** A picture with frames, whose preview is the first of them. */
export function isMovingPicture(medium: MediaAttachment): boolean {
  if (medium.type !== 'image' || medium.preview_url === medium.url) return false
  return [medium.url, medium.remote_url].some(
    (address) => address !== null && URL.canParse(address) && MOVING_NAMES.test(new URL(address).pathname),
  )
}
