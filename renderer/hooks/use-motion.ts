/** When pictures that move may do so for this reader on this computer. */
import { type Motion, motionOf } from '../formatting/motion.ts'
import { useMediaQuery } from './use-media-query.ts'
import { usePreferences } from './use-preferences.ts'

const REDUCED = '(prefers-reduced-motion: reduce)'

export function useMotion(): Motion {
  const isReducedBySystem = useMediaQuery(REDUCED)
  return motionOf(usePreferences(), isReducedBySystem)
}
