/** What the window is seen in: light, dark, more contrast, the system's own colours, large text, mirrored; and the widths. */
import type { Page } from 'playwright-core'
import type { PageOptions } from './browser.ts'

export interface Dress {
  /** What the browser's profile must be opened with. */
  readonly profile?: PageOptions
  /** Put on a page that is open, over whichever dress it wore. */
  readonly media?: Parameters<Page['emulateMedia']>[0]
  /** Size of the document's text against its usual size, as CSS. */
  readonly text?: string
  readonly density?: 'compact'
}

export const DRESSES = {
  light: {},
  dark: { media: { colorScheme: 'dark' } },
  contrast: { media: { contrast: 'more' } },
  'dark-contrast': { media: { colorScheme: 'dark', contrast: 'more' } },
  forced: { media: { forcedColors: 'active' } },
  large: { text: '125%' },
  huge: { text: '200%' },
  compact: { density: 'compact' },
  mirrored: { profile: { locale: 'ar-EG' } },
  german: { profile: { locale: 'de-DE' } },
} as const satisfies Record<string, Dress>

export type DressName = keyof typeof DRESSES

const PLAIN = { colorScheme: 'light', forcedColors: 'none', contrast: 'no-preference' } as const

/** Without motion, so that what is seen is what stays. */
export async function putOn(page: Page, dress: Dress): Promise<void> {
  await page.emulateMedia({ ...PLAIN, reducedMotion: 'reduce', ...dress.media })
  await page.evaluate(
    `document.documentElement.style.fontSize = ${JSON.stringify(dress.text ?? '')};
     document.documentElement.dataset.density = ${JSON.stringify(dress.density ?? 'comfortable')}`,
  )
}
