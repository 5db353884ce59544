/** The mark of Homebird: a bird in the door of its house. */
import { useText } from '../hooks/use-text.ts'

export function Bird({ size = 36 }: { readonly size?: number }) {
  const t = useText()
  // Grows with the letters of the window.
  const side = `${size / 16}rem`
  return (
    <svg width={side} height={side} viewBox="0 0 32 32" role="img" aria-label={t('app.name')}>
      <path
        fill="currentColor"
        d="M14.7 3.6a2 2 0 0 1 2.6 0l11 9.4a2 2 0 0 1 .7 1.5V27a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V14.500a2 2 0 0 1 .7-1.500z"
      />
      <path
        fill="var(--surface)"
        d="M8.300 24c1.600-.8 2-1.900 2-3.100 0-4.300 2.700-7.400 6.500-7.400 1.700 0 3 .7 3.700 1.800l3.200 1-2.700 1.700c.2 3.700-2.400 6-6.600 6z"
      />
      <circle fill="currentColor" cx="17.600" cy="16.700" r=".9" />
    </svg>
  )
}
