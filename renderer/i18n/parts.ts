/** The catalogue of words, by part: what every start needs, and what comes with the pages that need it. */
import type adoption from '../locales/en/adoption.json'
import type address from '../locales/en/address.json'
import type app from '../locales/en/app.json'
import type backups from '../locales/en/backups.json'
import type cleanup from '../locales/en/cleanup.json'
import type composer from '../locales/en/composer.json'
import type desktop from '../locales/en/desktop.json'
import type emoji from '../locales/en/emoji.json'
import type filters from '../locales/en/filters.json'
import type find from '../locales/en/find.json'
import type handbook from '../locales/en/handbook.json'
import type home from '../locales/en/home.json'
import type keeping from '../locales/en/keeping.json'
import type knobs from '../locales/en/knobs.json'
import type keys from '../locales/en/keys.json'
import type leaving from '../locales/en/leaving.json'
import type lists from '../locales/en/lists.json'
import type menu from '../locales/en/menu.json'
import type mentions from '../locales/en/mentions.json'
import type notifications from '../locales/en/notifications.json'
import type outside from '../locales/en/outside.json'
import type people from '../locales/en/people.json'
import type places from '../locales/en/places.json'
import type post from '../locales/en/post.json'
import type push from '../locales/en/push.json'
import type recovery from '../locales/en/recovery.json'
import type saved from '../locales/en/saved.json'
import type search from '../locales/en/search.json'
import type security from '../locales/en/security.json'
import type sheets from '../locales/en/sheets.json'
import type setup from '../locales/en/setup.json'
import type signin from '../locales/en/signin.json'
import type status from '../locales/en/status.json'
import type tunnel from '../locales/en/tunnel.json'
import type taking from '../locales/en/taking.json'
import type timelines from '../locales/en/timelines.json'
import type thread from '../locales/en/thread.json'
import type writing from '../locales/en/writing.json'
import type you from '../locales/en/you.json'
import type settings from '../locales/en/settings.json'

interface Parts {
  readonly settings: typeof settings
  readonly address: typeof address
  readonly adoption: typeof adoption
  readonly app: typeof app
  readonly backups: typeof backups
  readonly cleanup: typeof cleanup
  readonly composer: typeof composer
  readonly desktop: typeof desktop
  readonly emoji: typeof emoji
  readonly filters: typeof filters
  readonly find: typeof find
  readonly handbook: typeof handbook
  readonly home: typeof home
  readonly keeping: typeof keeping
  readonly keys: typeof keys
  readonly knobs: typeof knobs
  readonly leaving: typeof leaving
  readonly lists: typeof lists
  readonly menu: typeof menu
  readonly mentions: typeof mentions
  readonly notifications: typeof notifications
  readonly outside: typeof outside
  readonly people: typeof people
  readonly places: typeof places
  readonly post: typeof post
  readonly push: typeof push
  readonly recovery: typeof recovery
  readonly saved: typeof saved
  readonly search: typeof search
  readonly security: typeof security
  readonly setup: typeof setup
  readonly sheets: typeof sheets
  readonly signin: typeof signin
  readonly status: typeof status
  readonly taking: typeof taking
  readonly timelines: typeof timelines
  readonly tunnel: typeof tunnel
  readonly thread: typeof thread
  readonly writing: typeof writing
  readonly you: typeof you
}

export type Part = keyof Parts

/** Every id of the English catalogue, which is whole. */
export type MessageId = { [P in Part]: keyof Parts[P] & string }[Part]

/** What the first page needs. Everything else is loaded with its page. */
export const FIRST_PARTS: readonly Part[] = ['app', 'composer', 'home', 'post', 'search']
