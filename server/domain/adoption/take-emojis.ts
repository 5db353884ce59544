/** The server's own emoji, with their pictures: posts that show them name where they are. Those of others come with the posts. */
import type { Transaction } from '../../db/pool.ts'
import { mediaBaseOf } from '../owner/own-uris.ts'
import { type CopiedFile, copyFile } from './copy-file.ts'
import { type AdoptionStep, type AdoptionWorld, type Tally, addTo, countOf } from './step.ts'

interface EmojiRow {
  readonly id: string
  readonly shortcode: string
  readonly file: string | null
  readonly category: string | null
  readonly object_uri: string | null
  readonly hidden: boolean
  readonly copied: CopiedFile
}

export const takeEmojis: AdoptionStep<EmojiRow> = {
  name: 'emojis',
  batch: 20,
  count: async ({ source }) => countOf(source, 'activities_emoji where local'),
  async read(world, after, limit) {
    const { source } = world
    const rows = await source.read<Omit<EmojiRow, 'copied'>>(
      `select e.id, e.shortcode, e.file, ${source.field('activities_emoji', 'e', 'category')} as category,
              ${source.field('activities_emoji', 'e', 'object_uri')} as object_uri,
              coalesce(not ${source.field('activities_emoji', 'e', 'public', 'true')}, false) as hidden
         from activities_emoji e where e.local and e.id > $1 order by e.id limit $2`,
      [after === '' ? '-1' : after, limit],
    )
    const copied: EmojiRow[] = []
    for (const row of rows) copied.push({ ...row, copied: await copyFile(world, row.file ?? '', 'emoji') })
    return copied
  },
  keyOf: ({ id }) => id,
  async take(tx, world, rows) {
    const taken: Tally = {}
    const leftOut: Tally = {}
    for (const row of rows) {
      const refusal = await takeOne(tx, world, row)
      if (refusal === null) addTo(taken, 'emojis')
      else addTo(leftOut, `emojis_${refusal}`)
    }
    return { taken, leftOut }
  },
}

async function takeOne(
  tx: Transaction,
  world: AdoptionWorld,
  row: EmojiRow,
): Promise<'no_files' | 'missing' | 'refused' | null> {
  const { copied, file: path } = row
  if ('why' in copied) return copied.why
  const host = world.plan.domains[0]?.serviceHost ?? ''
  const url = `${mediaBaseOf(world.config.mediaUrl, host)}${copied.key}`
  const added = await tx
    .insertInto('emojis')
    .values({
      host: null,
      shortcode: row.shortcode,
      category: row.category === '' ? null : row.category,
      url,
      uri: row.object_uri ?? `https://${world.plan.mainHost}/emoji/${row.id}/`,
      image_host: new URL(url).host,
      is_disabled: row.hidden,
      state: 'updated',
    })
    .onConflict((conflict) => conflict.constraint('emojis_name').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (added === undefined) return 'refused'
  await tx
    .insertInto('adopted_files')
    .values({ path: path ?? '', purpose: 'emoji', row_id: added.id, file_key: copied.key })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return null
}
