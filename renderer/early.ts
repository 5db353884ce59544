/**
 * The first script of the window: a file so small that it runs while the others are still on their way. It asks the home for
 * all that the first page needs, and for the words; whoever needs them finds them there. What fails here is asked for
 * again by those who need it, and told by them.
 */
import type { Messages } from '@lingui/core'
import { IDENTITY_HEADER, WINDOW_HEADER } from '../server/contracts/owner-api.ts'
import { type ReadyAnswers, createReadyAnswers } from './api/ready-answers.ts'
import { wantedLocale } from './i18n/wanted-locale.ts'
import { browserStorage } from './stores/browser-storage.ts'
import { chosenIdentity, storageOfIdentity } from './stores/identity.ts'
import { readKeptPreferences } from './stores/kept-preferences.ts'
import type { KeyValueStorage } from './stores/key-value-storage.ts'
import { readOwnPlace } from './stores/own-place.ts'

const START = '/api/homebird/v1/start'
const TIMEOUT_MS = 10_000
/** The other words of the start are in the same file. */
const FIRST_WORDS = import.meta.glob<Messages>('./locales/*/app.json', { import: 'default' })

const storage = browserStorage()
export const readyAnswers: ReadyAnswers = createReadyAnswers(askForStart(storage), () => performance.now())
// Fetched ahead only: whoever needs the words asks for them again, and tells when they do not come.
FIRST_WORDS[`./locales/${wantedLocale(readKeptPreferences(storage))}/app.json`]?.().catch(() => undefined)

/** @throws where there is no answer, or none that is good */
async function askForStart(kept: KeyValueStorage): Promise<unknown> {
  const identityId = chosenIdentity(kept)
  const place = readOwnPlace(storageOfIdentity(kept, identityId))
  const query = new URLSearchParams({
    ...(place === null ? {} : { place: place.id }),
    ...(place === null || place.marker === null ? {} : { marker: place.marker }),
  })
  const answer = await fetch(`${START}?${query}`, {
    credentials: 'same-origin',
    redirect: 'error',
    headers: {
      accept: 'application/json',
      [WINDOW_HEADER]: '1',
      ...(identityId === null ? {} : { [IDENTITY_HEADER]: identityId }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!answer.ok) throw new Error(`the start was answered with ${answer.status}`)
  return answer.json()
}
