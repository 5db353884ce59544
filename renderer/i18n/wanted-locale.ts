/** The language of the window: that which is preferred, else the first that the browser asks for and the window has. */
import type { Preferences } from '../../server/contracts/preferences.ts'
import { type Locale, chooseLocale } from './choose-locale.ts'

export const wantedLocale = ({ locale }: Pick<Preferences, 'locale'>): Locale =>
  chooseLocale(locale === 'system' ? navigator.languages : [locale])
