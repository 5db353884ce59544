/** What Linux desktops show of the program beside its name: how it is found, and what it does without being opened first. */
import { readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ROOT } from './places.ts'

const WORDS = join(ROOT, 'resources', 'locales', 'shell')
const DEFAULT_LOCALE = 'en'
/** Acts by the word that the running home understands as an argument of a second start. */
const ACTIONS = { new_post: '--new-post', open: '--open', pause: '--pause' } as const

/** In the form of electron-builder. @see Desktop Entry Specification 1.5, additional applications actions */
export function desktopFile() {
  const locales = readdirSync(WORDS).map((name) => basename(name, '.json'))
  const words = locales.map(
    (locale) => [locale, JSON.parse(readFileSync(join(WORDS, `${locale}.json`), 'utf8'))] as const,
  ) as readonly (readonly [string, Readonly<Record<string, string>>])[]
  const action = (name: keyof typeof ACTIONS): Record<string, string> => ({
    ...Object.fromEntries(
      words.flatMap(([locale, said]) => {
        const title = said[`desktop.${name}`]
        return title === undefined ? [] : [[locale === DEFAULT_LOCALE ? 'Name' : `Name[${locale}]`, title]]
      }),
    ),
    Exec: `homebird ${ACTIONS[name]}`,
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
