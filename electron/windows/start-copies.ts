/** The copies of the home as the start-up window offers them: which version, when, and what each would replace. */
import { listHomeCopies, measureHomeCopy, type takeHomeCopyBack } from '../../server/appliance/index.ts'
import type { CopyView } from '../../server/contracts/start-bridge.ts'
import type { Words } from '../shell/words.ts'
import { sizeText } from './size-text.ts'

export type HomeSources = Parameters<typeof listHomeCopies>[0]
/** The keychain of the home, where it has one. */
export type HomeSealer = NonNullable<Parameters<typeof takeHomeCopyBack>[2]>['sealer']
type HomeCopy = ReturnType<typeof listHomeCopies>[number]

/** Zero where they cannot be read: then none is offered, and the start says what is wrong with the folder. */
export function countUsableCopies(sources: HomeSources): number {
  try {
    return listHomeCopies(sources).filter(({ manifest }) => manifest !== null).length
  } catch {
    return 0
  }
}

/** @throws HomebirdError DATA_DIR_UNUSABLE where they cannot be read */
export async function copyViews(sources: HomeSources, words: Words): Promise<CopyView[]> {
  const copies = listHomeCopies(sources)
  // A database that cannot even be read has no size; everything else about it is still true.
  const databaseBytes = await measureHomeCopy(sources).then(
    (room) => room.databaseBytes,
    () => 0,
  )
  return copies.map((copy) => copyView(copy, databaseBytes, words))
}

function copyView({ name, manifest }: HomeCopy, databaseBytes: number, words: Words): CopyView {
  if (manifest === null) return { name, label: name, replaces: words('start.copy_broken'), isUsable: false }
  const { ofVersion, kind, madeAt, database } = manifest
  const format = new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium', timeStyle: 'short' })
  const moment = format.format(new Date(madeAt))
  const known = kind === 'replaced' ? 'start.copy_of_replaced' : 'start.copy_of'
  const size = sizeText(databaseBytes, words.locale)
  return {
    name,
    label:
      ofVersion === null
        ? words('start.copy_of_earlier', { moment })
        : words(known, { version: ofVersion, moment }),
    replaces:
      database === 'embedded'
        ? words('start.copy_replaces', { size, moment })
        : words('start.copy_replaces_settings', { moment }),
    isUsable: true,
  }
}
