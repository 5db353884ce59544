/**
 * Files of others as readers get them from this home, beside an nginx that serves the same answers from a cache of its own: faces,
 * photographs, films; then ten thousand files through a cache that holds a part of them.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { type ProxyKind, proxyMac } from '../../server/domain/media/media-urls.ts'
import { createTestCa } from '../support/test-tls.ts'
import { until } from '../support/until.ts'
import { BENCH_DOMAIN, type BenchHome, openBenchHome } from './bench-home.ts'
import { type LoadResult, requestBytes, runLoad } from './http-load.ts'
import { type BenchResult, latencies } from './report.ts'

const MEBIBYTE = 1_048_576
const ORIGIN = 's1.bench.example'
const CONNECTIONS = 16
const NGINX = '/usr/sbin/nginx'

/** What is served: how large the file of the other server is, how many there are, how often all together are asked for. */
const SERVINGS = [
  { name: 'avatar', kind: 'avatar', bytes: 0, files: 200, requests: 20_000 },
  { name: 'photograph, 300 kB', kind: 'attachment', bytes: 300_000, files: 50, requests: 3_000 },
  { name: 'film, 8 MB', kind: 'attachment', bytes: 8_000_000, files: 10, requests: 200 },
] as const

type Serving = (typeof SERVINGS)[number]

const CAP_MB = 100
const CAPPED_FILES = 10_000
const CAPPED_BYTES = 20_000

interface Origin extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
}

/** Serves `/<bytes>/<number>`, each another file: a picture for 0 bytes, else what begins like a video. */
async function openOrigin(): Promise<Origin> {
  const cleanups: Array<() => void> = []
  const ca = createTestCa({ after: (work) => cleanups.push(work) })
  const noise = Buffer.from(Array.from({ length: 256 * 256 * 3 }, (_, at) => (at * 7919) % 251))
  const picture = await sharp(noise, { raw: { width: 256, height: 256, channels: 3 } })
    .jpeg()
    .toBuffer()
  const films = new Map<number, Buffer>()
  const server = createServer(
    { ...ca.certificateFor([ORIGIN]), keepAlive: true },
    ({ url = '' }, response) => {
      const bytes = Number(url.split('/')[1])
      const film = films.get(bytes) ?? Buffer.alloc(bytes, 7)
      if (bytes > 0) film.write('\0\0\0\x18ftypisom\0\0\0\0isommp42', 0, 'latin1')
      films.set(bytes, film)
      const body = bytes === 0 ? picture : Buffer.from(film)
      // A cache that knows what is the same keeps it once.
      if (bytes > 0) body.write(url, 64, 'latin1')
      response.writeHead(200, { 'content-length': body.length, etag: `"${url}"` }).end(body)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    env: {
      NODE_EXTRA_CA_CERTS: ca.caFile,
      HOMEBIRD_HOST_ADDRESSES: `${ORIGIN}=127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      for (const work of cleanups) work()
      await once(server, 'close')
    },
  }
}

/** Rows whose files lie at the origin. @returns the requests that readers make for them */
async function seedFiles(bench: BenchHome, kind: ProxyKind, bytes: number, files: number): Promise<Buffer[]> {
  const { rows: keys } = await bench.sql.query<{ key: string }>(
    `select value ->> 'key' as key from home_settings where key = 'media_key'`,
  )
  const key = Buffer.from(keys[0]?.key ?? '', 'base64url')
  const post = kind === 'attachment' ? String((await bench.owner.writes('with files'))['id']) : null
  const insert =
    kind === 'avatar'
      ? `insert into actors (uri, kind, host, username, handle_domain, inbox_uri, icon_url, fetched_at)
         select url || '/u', 'Person', $2, 'f' || n, $2, url || '/inbox', url, now() from files
         returning id, icon_url as url`
      : `insert into attachments (post_id, kind, media_type, remote_url, position)
         select ${String(post)}::bigint, 'video', 'video/mp4', url, n from files returning id, remote_url as url`
  const { rows } = await bench.sql.query<{ id: string; url: string }>(
    `with files as (select n, 'https://' || $2 || '/' || $3::text || '/' || n as url from generate_series(1, $1::int) as n)
     ${insert}`,
    [files, ORIGIN, String(bytes)],
  )
  return rows.map(({ id, url }) =>
    requestBytes('GET', `/proxy/${kind}/${id}/${proxyMac(key, kind, id, url)}`, { host: BENCH_DOMAIN }),
  )
}

const repeated = (requests: readonly Buffer[], count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => requests[index % requests.length] as Buffer)

interface Nginx extends AsyncDisposable {
  readonly port: number
}

/** One worker, as the home has one server process; it keeps what the home lets it keep. */
async function openNginx(homePort: number): Promise<Nginx | null> {
  if (!existsSync(NGINX)) return null
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-nginx-'))
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
     ${process.getuid?.() === 0 ? 'user root;' : ''}
     events { worker_connections 1024; }
     http { ${temporary} access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
       open_file_cache max=20000 inactive=60s;
       proxy_cache_path ${folder}/cache levels=1:2 keys_zone=bench:20m max_size=10g;
       server { listen 127.0.0.1:${port}; location / {
         proxy_pass http://127.0.0.1:${homePort}; proxy_http_version 1.1; proxy_set_header Connection "";
         proxy_set_header Host $host; proxy_cache bench; proxy_cache_key $uri; } } }`,
  )
  const child: ChildProcess = spawn(NGINX, ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: 'ignore',
  })
  await until('nginx answers', async () => isOpen(port), 10_000)
  return {
    port,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).then((isThere) => {
    socket.destroy()
    return isThere as boolean
  })
}

const megabytes = ({ bytes, seconds }: LoadResult): number => bytes / MEBIBYTE / seconds

async function measureServing(
  serving: Serving,
  bench: BenchHome,
  nginxPort: number | null,
): Promise<BenchResult> {
  const { name, kind, bytes, files, requests } = serving
  const seeded = await seedFiles(bench, kind, bytes, files)
  const { publicPort } = bench.home
  const cold = await runLoad(publicPort, seeded, CONNECTIONS)
  const asked = repeated(seeded, requests)
  await runLoad(publicPort, seeded, CONNECTIONS)
  const [usage, statements] = [await bench.usage(), await bench.statements()]
  const own = await runLoad(publicPort, asked, CONNECTIONS)
  const serverMs = (await bench.usage()).server.cpuMs - usage.server.cpuMs
  const sent = (await bench.statements()) - statements
  const theirs = await besideNginx(nginxPort, seeded, asked)
  return {
    workload: `media: ${name}`,
    figures: {
      good: { value: own.statuses.get(200) ?? 0, unit: '', goal: { atLeast: requests } },
      'fetched at first': { value: cold.rate, unit: '/s' },
      kept: { value: own.rate, unit: '/s' },
      'kept, bytes': { value: megabytes(own), unit: 'MB/s' },
      ...latencies(own.latenciesMs),
      'server CPU each': { value: serverMs / requests, unit: 'ms CPU' },
      'statements each': { value: sent / requests, unit: 'statements', goal: { atMost: 0.05 } },
      ...(theirs === null
        ? {}
        : {
            nginx: { value: theirs.rate, unit: '/s' },
            'nginx, bytes': { value: megabytes(theirs), unit: 'MB/s' },
            'share of nginx': { value: own.rate / theirs.rate, unit: '' },
          }),
    },
  }
}

async function besideNginx(
  port: number | null,
  seeded: readonly Buffer[],
  asked: readonly Buffer[],
): Promise<LoadResult | null> {
  if (port === null) return null
  await runLoad(port, seeded, CONNECTIONS)
  return runLoad(port, asked, CONNECTIONS)
}

/** More than the cache holds: what comes in puts out what was not asked for, and memory stays as it is. */
async function measureEviction(bench: BenchHome): Promise<BenchResult> {
  const seeded = await seedFiles(bench, 'attachment', CAPPED_BYTES, CAPPED_FILES)
  const half = seeded.length / 2
  const { publicPort } = bench.home
  const first = await runLoad(publicPort, seeded.slice(0, half), CONNECTIONS)
  const between = await bench.usage()
  const second = await runLoad(publicPort, seeded.slice(half), CONNECTIONS)
  const after = await bench.usage()
  const report = await bench.owner.get('/api/homebird/v1/caches')
  const media = [...(report['caches'] ?? [])].find((cache) => String(cache['name']) === 'media')
  const toldOf = (name: string): number => Number(String(media?.[name]))
  const pss = (usage: typeof after): number => usage.server.pssBytes / MEBIBYTE
  return {
    workload: `media: ${CAPPED_FILES} files of ${CAPPED_BYTES / 1_000} kB, at most ${CAP_MB} MB kept`,
    figures: {
      good: {
        value: (first.statuses.get(200) ?? 0) + (second.statuses.get(200) ?? 0),
        unit: '',
        goal: { atLeast: CAPPED_FILES },
      },
      'first half': { value: first.rate, unit: '/s' },
      'second half': { value: second.rate, unit: '/s' },
      kept: { value: toldOf('bytes') / MEBIBYTE, unit: 'MB', goal: { atMost: CAP_MB } },
      evicted: { value: toldOf('evictions'), unit: '' },
      'server memory, half way': { value: pss(between), unit: 'MB' },
      'server memory, after': { value: pss(after), unit: 'MB', goal: { atMost: pss(between) * 1.15 } },
    },
  }
}

async function withHome<T>(
  env: Readonly<Record<string, string>>,
  work: (bench: BenchHome) => Promise<T>,
): Promise<T> {
  const bench = await openBenchHome(env)
  try {
    return await work(bench)
  } finally {
    await bench[Symbol.asyncDispose]()
  }
}

export async function mediaLoad(): Promise<BenchResult[]> {
  const origin = await openOrigin()
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-cache-'))
  try {
    const served = await withHome(origin.env, async (bench) => {
      const nginx = await openNginx(bench.home.publicPort)
      const results: BenchResult[] = []
      for (const serving of SERVINGS) results.push(await measureServing(serving, bench, nginx?.port ?? null))
      await nginx?.[Symbol.asyncDispose]()
      return results
    })
    const capped = { ...origin.env, HOMEBIRD_CACHES_MEDIA: `file://${folder}?max_size=${CAP_MB}MB` }
    return [...served, await withHome(capped, measureEviction)]
  } finally {
    await origin[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}
