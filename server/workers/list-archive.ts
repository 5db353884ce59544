/**
 * Lists the posts of an archive: whose they are, at which addresses, and why one of them cannot come along. How far it is
 * stands beside what it has listed, so that an interrupted reading goes on behind it.
 */
import type { PlacedItem } from '../activitypub/archives/read-archive.ts'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { type ListedEntry, noteEntries } from '../domain/archives/archive-entries.ts'
import { cleanLine } from '../domain/text/clean-text.ts'
import type { ArchivedPost } from '../domain/archives/archived-post.ts'

const PLACES_AT_ONCE = 200
const MOST_SUBJECT_LENGTH = 500

export class Listing {
  readonly #db: Database
  readonly #id: string
  #formerUri: string | null
  #reached: number
  #noted: number
  #passedOver: number
  #waiting: ListedEntry[] = []

  constructor(db: Database, one: Row<'archive_imports'>) {
    this.#db = db
    this.#id = one.id
    this.#formerUri = one.former_uri
    this.#reached = one.reached
    this.#noted = one.reached
    this.#passedOver = one.passed_over
  }

  /** In the order of the archive. */
  async add({ place, item, bytes }: PlacedItem): Promise<void> {
    if (item.kind === 'passed_over' || (item.kind === 'post' && this.#isAnothers(item.post))) {
      this.#passedOver += 1
    } else if (item.kind === 'post') {
      const { page, publishedAt } = item.post
      this.#list(page, { place, publishedAt, body: bytes.toString(), flaw: null })
    } else {
      const flaw = cleanLine(item.reason, MOST_SUBJECT_LENGTH)
      this.#list(item.subject, { place, publishedAt: new Date(0), body: '', flaw })
    }
    this.#reached = place
    if (place - this.#noted >= PLACES_AT_ONCE) await this.#flush()
  }

  #list(subject: string, entry: Omit<ListedEntry, 'subject'>): void {
    this.#waiting.push({ ...entry, subject: cleanLine(subject, MOST_SUBJECT_LENGTH) })
  }

  /** An archive holds the posts of one account: the author of the first. */
  #isAnothers({ authorUri }: ArchivedPost): boolean {
    this.#formerUri ??= authorUri
    return authorUri !== null && authorUri !== this.#formerUri
  }

  async end(): Promise<void> {
    await this.#flush()
  }

  async #flush(): Promise<void> {
    const place = { reached: this.#reached, passedOver: this.#passedOver, formerUri: this.#formerUri }
    await noteEntries(this.#db, this.#id, this.#waiting, place)
    this.#waiting = []
    this.#noted = this.#reached
  }
}
