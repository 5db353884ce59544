/** The files that came with what was taken over, each copied once; and again, where they were not at hand the first time. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { mediaBaseOf } from '../owner/own-uris.ts'
import type { FileUse } from '../uploads/take-file.ts'
import { type CopiedFile, copyFile } from './copy-file.ts'
import { type AdoptionStep, type AdoptionWorld, type Tally, addTo, countOf } from './step.ts'

interface FileRow extends Pick<Row<'adopted_files'>, 'path' | 'purpose' | 'row_id'> {
  readonly copied: CopiedFile
}

const USES: Readonly<Record<FileRow['purpose'], FileUse>> = {
  attachment: 'media',
  preview: 'picture',
  // Of any size: others have seen them.
  avatar: 'picture',
  header: 'picture',
  emoji: 'emoji',
}

export const takeFiles: AdoptionStep<FileRow> = {
  name: 'files',
  batch: 10,
  count: async ({ source }) => countOf(source, `activities_postattachment where file <> ''`),
  async read(world, after, limit) {
    const waiting = await world.db
      .selectFrom('adopted_files')
      .select(['path', 'purpose', 'row_id'])
      .where('file_key', 'is', null)
      .where('path', '>', after)
      .orderBy('path')
      .limit(limit)
      .execute()
    const rows: FileRow[] = []
    for (const row of waiting)
      rows.push({ ...row, copied: await copyFile(world, row.path, USES[row.purpose]) })
    return rows
  },
  keyOf: ({ path }) => path,
  async take(tx, world, rows) {
    const taken: Tally = {}
    const leftOut: Tally = {}
    for (const row of rows) {
      if ('key' in row.copied) {
        await nameFile(tx, world, row, row.copied.key)
        addTo(taken, 'files')
      } else {
        await noteRefusal(tx, row.path, row.copied)
        addTo(leftOut, `files_${row.copied.why}`)
      }
    }
    return { taken, leftOut }
  },
}

async function nameFile(tx: Transaction, world: AdoptionWorld, row: FileRow, key: string): Promise<void> {
  await tx
    .updateTable('adopted_files')
    .set({ file_key: key, refusal: null })
    .where('path', '=', row.path)
    .execute()
  const { row_id: id, purpose } = row
  switch (purpose) {
    case 'attachment':
      await tx.updateTable('attachments').set({ file_key: key }).where('id', '=', id).execute()
      return
    case 'preview':
      await tx.updateTable('attachments').set({ preview_key: key }).where('id', '=', id).execute()
      return
    case 'avatar':
    case 'header': {
      const column = purpose === 'avatar' ? 'icon_url' : 'header_url'
      const actor = await tx.selectFrom('actors').select('host').where('id', '=', id).executeTakeFirst()
      if (actor === undefined) return
      const url = `${mediaBaseOf(world.config.mediaUrl, actor.host)}${key}`
      await tx
        .updateTable('actors')
        .set({ [column]: url })
        .where('id', '=', id)
        .execute()
      return
    }
    case 'emoji':
      return // named when it was copied
  }
}

async function noteRefusal(
  tx: Transaction,
  path: string,
  copied: Exclude<CopiedFile, { readonly key: string }>,
): Promise<void> {
  await sql`update adopted_files set refusal = ${copied.text ?? null} where path = ${path}`.execute(tx)
}
