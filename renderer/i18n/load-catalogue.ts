/** Fetches the one catalogue that is needed; each is a file of its own in the bundle. */
import type { Messages } from '@lingui/core'
import type { Locale } from './choose-locale.ts'

export async function loadCatalogue(locale: Locale): Promise<Messages> {
  switch (locale) {
    case 'en':
      return (await import('../locales/en.json')).default
    case 'de':
      return (await import('../locales/de.json')).default
    case 'ar':
      return (await import('../locales/ar.json')).default
  }
}
