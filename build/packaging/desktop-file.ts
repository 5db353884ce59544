/** What Linux desktops show of the program beside its name: how it is found, and what it does without being opened first. */
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WISH_ARGUMENTS, type Wish } from '../../electron/shell/deep-links.ts'
import { ROOT } from './places.ts'

const WORDS = join(ROOT, 'resources', 'locales', 'shell')
const DEFAULT_LOCALE = 'en'
/** In the form of electron-builder. @see Desktop Entry Specification 1.5, additional applications actions */
export function desktopFile() {
  const locales = readdirSync(WORDS).map((name) => basename(name, '.json'))
  const words = locales.map(
    (locale) => [locale, JSON.parse(readFileSync(join(WORDS, `${locale}.json`), 'utf8'))] as const,
  ) as readonly (readonly [string, Readonly<Record<string, string>>])[]
  const action = (name: Wish): Record<string, string> => ({
    ...Object.fromEntries(
      words.flatMap(([locale, said]) => {
        const title = said[`desktop.${name}`]
        return title === undefined ? [] : [[locale === DEFAULT_LOCALE ? 'Name' : `Name[${locale}]`, title]]
      }),
    ),
    // Handed over to the running home, as every second start is.
    Exec: `homebird ${WISH_ARGUMENTS[name]}`,
  })
  return {
    entry: {
      GenericName: 'Fediverse home',
      'GenericName[de]': 'Zuhause im Fediverse',
      Keywords: 'fediverse;mastodon;activitypub;social;',
      StartupNotify: 'true',
      Actions: 'new-post;open;pause;',
    },
    desktopActions: { 'new-post': action('new_post'), open: action('open'), pause: action('pause') },
  }
}
