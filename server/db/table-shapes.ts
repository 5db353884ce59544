/** What a database holds, as its catalogue tells: tables with their columns, sequences, and what hangs on the tables. */
import type { Client } from 'pg'

export interface TableShape {
  readonly name: string
  /** Those that hold something of their own, in their order; what PostgreSQL computes is not copied. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export interface SequenceState {
  readonly name: string
  readonly value: string
  readonly isCalled: boolean
}

/** In the order of their names. */
export async function readTableShapes(client: Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `select c.relname as name,
            coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
              order by a.attnum) filter (where a.attname is not null), '[]') as columns
       from pg_class c
       left join pg_attribute a
         on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      group by c.relname
      order by c.relname collate "C"`,
  )
  return rows
}

/** With those that stand behind identity columns. */
export async function readSequences(client: Client): Promise<SequenceState[]> {
  const { rows: names } = await client.query<{ name: string }>(
    `select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'S' order by relname collate "C"`,
  )
  const states: SequenceState[] = []
  for (const { name } of names) {
    const { rows } = await client.query<Omit<SequenceState, 'name'>>(
      `select last_value::text as value, is_called as "isCalled" from ${client.escapeIdentifier(name)}`,
    )
    for (const state of rows) states.push({ name, ...state })
  }
  return states
}

export async function writeSequences(client: Client, states: readonly SequenceState[]): Promise<void> {
  for (const { name, value, isCalled } of states)
    await client.query('select setval($1::regclass, $2, $3)', [
      client.escapeIdentifier(name),
      value,
      isCalled,
    ])
}

/**
 * Takes off what would be kept up row by row while tables are filled: references, indexes, triggers. Made again when all rows are
 * there, references prove that none of them dangles.
 * @returns the statements that put everything back, in their order
 */
export async function bareTables(client: Client): Promise<string[]> {
  const { rows: references } = await client.query<{ owner: string; name: string; definition: string }>(
    `select conrelid::regclass::text as owner, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
       from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0
      order by conrelid::regclass::text, conname`,
  )
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and not exists (select from pg_constraint where conindid = i.indexrelid)
      order by 1`,
  )
  const { rows: triggered } = await client.query<{ name: string }>(
    `select distinct tgrelid::regclass::text as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not tgisinternal and c.relnamespace = 'public'::regnamespace order by 1`,
  )
  for (const { owner, name } of references) await client.query(`alter table ${owner} drop constraint ${name}`)
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  for (const { name } of triggered) await client.query(`alter table ${name} disable trigger user`)
  return [
    ...indexes.map(({ definition }) => definition),
    ...references.map(
      ({ owner, name, definition }) => `alter table ${owner} add constraint ${name} ${definition}`,
    ),
    ...triggered.map(({ name }) => `alter table ${name} enable trigger user`),
  ]
}
