/** A library of posts to search in: words as often as words are, years of time, thousands of authors; the same each time. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { vectorOf } from '../../server/domain/search/post-vector.ts'

const VOCABULARY = 100_000
/** Few enough that a batch is made while the database takes the one before. */
const BATCH = 10_000
const DAY_MS = 86_400_000
const SPAN_DAYS = 3 * 365
const SAMPLE_EVERY = 2_000
/** One post in this many has such a part. */
const ONE_IN = { image: 5, reply: 3, sensitive: 12, german: 8 } as const

export interface Library {
  /** Words by how often they are, the most frequent first. */
  readonly words: readonly string[]
  readonly authorIds: readonly string[]
  /** Texts of some posts, to take phrases from. */
  readonly samples: readonly string[]
}

/** Numbers from 0 to 1 that look like chance and are the same in every run. */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

const SYLLABLES = 'ba de fi go hu ka le mi no pu ra se ti vo zu bra cle dri flo gru'.split(' ')

function wordOf(rank: number): string {
  let word = ''
  for (let rest = rank; ; rest = Math.floor(rest / SYLLABLES.length) - 1) {
    word += SYLLABLES[rest % SYLLABLES.length]
    if (rest < SYLLABLES.length) return word
  }
}

/** A rank with a probability that falls as the rank grows (Zipf), by the inverse of its integral. */
const zipf = (random: () => number): number => Math.floor(VOCABULARY ** random()) - 1

/** The words of every library, which need not be kept beside it. */
export const libraryWords = (): string[] => Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank))

/** Writes posts by others with their words, as the inbox leaves them, but for what search does not read. */
export async function seedLibrary(sql: pg.Client, posts: number, authors = 2_000): Promise<Library> {
  const random = chance(1)
  const authorIds = await seedAuthors(sql, authors)
  const words = libraryWords()
  const samples: string[] = []
  await pourFast(sql)
  // Building the index at once is many times faster than growing it.
  await sql.query('drop index post_words_words')
  await sql.query(
    `create temporary table seeds (uri text, author_id bigint, text text, at timestamptz, language text,
                                   is_sensitive boolean, words text)`,
  )
  const begin = Date.now() - SPAN_DAYS * DAY_MS
  let writing: Promise<void> = Promise.resolve()
  for (let first = 0; first < posts; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, posts - first) }, (_, index) => {
      const length = 8 + Math.floor(random() * 45)
      const text = Array.from({ length }, () => words[zipf(random)] ?? '').join(' ')
      const authorId = authorIds[Math.floor(authors * random() ** 3)] ?? ''
      const at = new Date(begin + ((first + index) / posts) * SPAN_DAYS * DAY_MS)
      return { text, authorId, at: at.toISOString(), ...traits(random) }
    })
    samples.push(...batch.flatMap(({ text }, index) => (index % SAMPLE_EVERY === 0 ? [text] : [])))
    const lines = batch.map((seed, index) => lineOf(seed, first + index))
    await writing
    writing = insertPosts(sql, lines)
  }
  await writing
  await sql.query('drop table seeds')
  await sql.query(
    'create index post_words_words on post_words using gin (words) with (fastupdate = on, gin_pending_list_limit = 1024)',
  )
  await sql.query('vacuum analyze posts, post_words, actors')
  await pourFast(sql, 'no more')
  return { words, authorIds, samples }
}

/** What is poured in is made again rather than recovered: it waits for no disk, and indexes are built in memory. */
async function pourFast(sql: pg.Client, until?: 'no more'): Promise<void> {
  const change = (name: string, value: string): string =>
    until === undefined ? `set ${name} = '${value}'` : `reset ${name}`
  for (const [name, value] of Object.entries(POURED_WITH)) await sql.query(change(name, value))
  await sql.query(
    until === undefined ? "alter system set max_wal_size = '4GB'" : 'alter system reset max_wal_size',
  )
  await sql.query('select pg_reload_conf()')
}

const POURED_WITH = { synchronous_commit: 'off', maintenance_work_mem: '512MB' } as const

interface Seed {
  readonly text: string
  readonly authorId: string
  readonly at: string
  readonly hasImage: boolean
  readonly isReply: boolean
  readonly isSensitive: boolean
  readonly language: string
}

function traits(random: () => number): Pick<Seed, 'hasImage' | 'isReply' | 'isSensitive' | 'language'> {
  return {
    hasImage: random() < 1 / ONE_IN.image,
    isReply: random() < 1 / ONE_IN.reply,
    isSensitive: random() < 1 / ONE_IN.sensitive,
    language: random() < 1 / ONE_IN.german ? 'de' : 'en',
  }
}

async function seedAuthors(sql: pg.Client, count: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
     select 'https://library.bench.example/users/' || n, 'Person', 'library.bench.example', 'reader' || n,
            'library.bench.example', 'Reader ' || n, 'https://library.bench.example/users/' || n || '/inbox', now()
       from generate_series(1, $1::integer) as n
     returning id`,
    [count],
  )
  return rows.map((row) => row.id)
}

/** Actors whom nobody here follows, for names to be completed among. */
export async function seedCrowd(sql: pg.Client, library: Library, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, n) => `${library.words[n % VOCABULARY]}${n}`)
  const titles = names.map(
    (_, n) => `${library.words[(n * 7) % 5_000]} ${library.words[(n * 13) % VOCABULARY]}`,
  )
  await sql.query(
    `insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
     select 'https://crowd.bench.example/users/' || name, 'Person', 'crowd.bench.example', name, 'crowd.bench.example',
            title, 'https://crowd.bench.example/inbox', now()
       from unnest($1::text[], $2::text[]) as given (name, title)`,
    [names, titles],
  )
  await sql.query('vacuum analyze actors')
}

/** A row of the text format of COPY: what is written here holds neither tabs nor backslashes nor ends of lines. */
function lineOf(seed: Seed, number: number): string {
  const words = vectorOf({
    authorId: seed.authorId,
    title: null,
    summary: '',
    contentText: seed.text,
    contentHtml: '',
    isSensitive: seed.isSensitive,
    isReply: seed.isReply,
    visibility: 'public',
    language: seed.language,
    hashtags: [],
    mentionedIds: [],
    attachments: seed.hasImage ? [{ kind: 'image', description: null }] : [],
    options: null,
    isQuote: false,
    card: null,
  })
  const uri = `https://library.bench.example/posts/${number}`
  return `${[uri, seed.authorId, seed.text, seed.at, seed.language, seed.isSensitive, words].join('\t')}\n`
}

async function insertPosts(sql: pg.Client, lines: readonly string[]): Promise<void> {
  await pipeline(Readable.from([lines.join('')]), sql.query(copyFrom('copy seeds from stdin')))
  await sql.query(
    `with given as materialized (select id_at(at) as id, seeds.* from seeds), made as (
       insert into posts (id, uri, author_id, content_html, content_text, language, is_sensitive, visibility,
                          conversation_id, published_at, fetched_at, state)
       select id, uri, author_id, '<p>' || text || '</p>', text, language, is_sensitive, 'public', id, at, now(), 'fanned_out'
         from given
     )
     insert into post_words (post_id, words) select id, words::tsvector || time_pieces(id) from given`,
  )
  await sql.query('truncate seeds')
}
