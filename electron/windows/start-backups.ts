/**
 * Backups as the start-up window offers them: those that lie in folders, a file that is chosen, what is inside, and putting one in
 * the place of the home. A page names them by numbers of this list: paths stay here.
 */
import { type Launcher, listKeptBackups, lookIntoBackup, restoreHome } from '../../server/appliance/index.ts'
import type { BackupChoice, BackupChoices, InsideView } from '../../server/contracts/start-bridge.ts'
import type { ElectronParts } from '../electron-parts.ts'
import type { Words } from '../shell/words.ts'
import type { HomeSealer, HomeSources } from './start-copies.ts'
import { sizeText } from './size-text.ts'

type Source = Parameters<typeof lookIntoBackup>[1]
type Progress = NonNullable<Parameters<typeof restoreHome>[1]['progress']>

interface BackupsNeeds {
  readonly sources: HomeSources
  readonly sealer: HomeSealer
  readonly launcher: Launcher
  readonly words: Words
}

/** As many as a person looks through; more are found by choosing their file. */
const MOST_SHOWN = 30

export class StartBackups {
  readonly #dialog: ElectronParts['dialog']
  readonly #needs: BackupsNeeds
  readonly #known: Source[] = []
  #looking: Promise<BackupChoices> | null = null

  constructor({ dialog }: Pick<ElectronParts, 'dialog'>, needs: BackupsNeeds) {
    this.#dialog = dialog
    this.#needs = needs
  }

  /** Whoever asks while it is looked for gets the same. @throws HomebirdError as `listKeptBackups` */
  choices(signal: AbortSignal): Promise<BackupChoices> {
    this.#looking ??= this.#look(signal).finally(() => (this.#looking = null))
    return this.#looking
  }

  async #look(signal: AbortSignal): Promise<BackupChoices> {
    const { sources, sealer, launcher, words } = this.#needs
    const { backups, flaws } = await listKeptBackups(sources, { launcher, sealer, signal })
    const moment = new Intl.DateTimeFormat(words.locale, { dateStyle: 'medium', timeStyle: 'short' })
    const shown = backups.slice(0, MOST_SHOWN).map(({ place, name, madeAt, bytes }) => ({
      id: this.#keep({ place, name }),
      label: words('start.backup_of', {
        moment: moment.format(new Date(madeAt)),
        size: sizeText(bytes, words.locale),
        place: place === 'own' ? words('start.backup_own') : place,
      }),
    }))
    return { backups: shown, flaws }
  }

  /** Asks for a file. Null where none was chosen. */
  async choose(): Promise<BackupChoice | null> {
    const { words } = this.#needs
    const { canceled, filePaths } = await this.#dialog.showOpenDialog({
      title: words('start.choose_backup'),
      properties: ['openFile'],
      filters: [
        { name: words('start.backup_files'), extensions: ['backup'] },
        { name: words('start.all_files'), extensions: ['*'] },
      ],
    })
    const [file] = filePaths
    return canceled || file === undefined ? null : { id: this.#keep({ file }), label: file }
  }

  /** @throws HomebirdError as `lookIntoBackup`, NOT_FOUND-like sentence for a number that is none */
  async look(id: number, given: string, signal: AbortSignal): Promise<InsideView> {
    const { sources, sealer, launcher, words } = this.#needs
    const look = { launcher, sealer, signal }
    const { inside, isHomeThere, dataDir } = await lookIntoBackup(
      sources,
      this.#source(id),
      wordsOf(given),
      look,
    )
    const { locale } = words
    const number = new Intl.NumberFormat(locale)
    const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
    return {
      identities: inside.identities.join(', '),
      lines: [
        words('start.inside_made', {
          moment: moment.format(new Date(inside.madeAt)),
          version: inside.madeBy,
        }),
        words('start.inside_counts', {
          posts: number.format(inside.posts),
          followers: number.format(inside.followers),
          following: number.format(inside.following),
        }),
      ],
      replaces: words(isHomeThere ? 'start.restore_replaces' : 'start.restore_replaces_nothing', {
        folder: dataDir,
      }),
    }
  }

  /** The home must not run. @throws HomebirdError as `restoreHome`; then nothing has changed */
  async restore(
    id: number,
    given: string,
    watch: { readonly signal: AbortSignal; readonly progress: Progress },
  ): Promise<void> {
    const { sources, sealer, launcher } = this.#needs
    const wish = { launcher, sealer, from: this.#source(id), words: wordsOf(given), ...watch }
    await restoreHome(sources, wish, new Date())
  }

  #keep(source: Source): number {
    return this.#known.push(source) - 1
  }

  #source(id: number): Source {
    const source = this.#known[id]
    if (source === undefined) throw new Error(`there is no backup ${id} in this list; choose one of it`)
    return source
  }
}

const wordsOf = (given: string): string | null => (given.trim() === '' ? null : given.trim())
