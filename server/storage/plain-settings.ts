/** A copy of `appliance.sqlite`, taken while the home writes it, whose secrets lie in plain: for what is sealed as a whole. */
import { rm } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { type SecretBox, isSealed } from '../core/secret-box.ts'

/** @throws what SQLite says; then nothing lies at `to` */
export async function copyPlainSettings(from: string, to: string, box: SecretBox): Promise<void> {
  await rm(to, { force: true })
  const source = new Database(from, { readonly: true, timeout: 10_000 })
  try {
    await source.backup(to)
    const copy = new Database(to)
    try {
      copy.pragma('journal_mode = delete')
      const rows = copy.prepare<[], { name: string; value: string }>('select name, value from setting').all()
      const update = copy.prepare('update setting set value = ? where name = ?')
      for (const { name, value } of rows) {
        if (isSealed(value)) update.run(box.open(`setting:${name}`, Buffer.from(value)).toString(), name)
      }
    } finally {
      copy.close()
    }
  } catch (error) {
    await rm(to, { force: true })
    throw error
  } finally {
    source.close()
  }
}
