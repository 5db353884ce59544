/** Which ids, numbers or addresses, are those of identities with an inbox: asked once, kept in memory until domains or identities change. */
import { isRowId } from '../../core/id.ts'
import type { HttpContext } from '../http-context.ts'

export class OwnActorIds {
  readonly #db: HttpContext['db']
  readonly #unsubscribe: () => void
  #ids = new Set<string>()

  constructor({ db, listener }: Pick<HttpContext, 'db' | 'listener'>) {
    this.#db = db
    const forget = (): void => {
      this.#ids = new Set()
    }
    this.#unsubscribe = listener.subscribe('changed', { onNotification: forget, onConnected: forget })
  }

  /** What is not there is asked for each time: a new identity is there at once. */
  async has(id: string): Promise<boolean> {
    if (this.#ids.has(id)) return true
    const column = id.startsWith('https://') ? 'uri' : 'id'
    if (column === 'id' && !isRowId(id)) return false
    const found = await this.#db
      .selectFrom('actors')
      .select('id')
      .where(column, '=', id)
      .where('is_local', '=', true)
      .where('gone_at', 'is', null)
      .executeTakeFirst()
    if (found !== undefined) this.#ids.add(id)
    return found !== undefined
  }

  close(): void {
    this.#unsubscribe()
  }
}
