/**
 * Bundles the programs of a home into files that need no sources, no type stripping and few packages. Each file keeps the
 * place of what it stands for: `server/` and `electron/` lie one folder deep, and a module that asks for its own folder gets
 * that of its source, counted from there.
 */
import { existsSync, globSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { type OutputOptions, type Plugin, type RolldownOptions, rolldown } from 'rolldown'
import { EXTERNAL_PACKAGES } from './natives.ts'
import { ROOT } from './places.ts'

const SERVER_ENTRIES = ['main', 'worker', 'tunnel', 'migrate', 'keeper', 'cli', 'decoder']
/** Packages try these and go on without them; what is not there in a checkout is not there in a bundle. */
const NOT_THERE = ['cpu-features', 'pg-native', /[\\/]sshcrypto\.node$/]
/** The framework would load them if it were given none of ours. @see server/http/plugins/own-compilers.ts */
const NOT_USED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler']
/**
 * V8 keeps the text of all that is loaded, at two bytes a letter where a single one is beyond Latin-1. Names stay what they
 * are, for whoever reads where an error came from; terms go beside the program as files of their own.
 */
const SMALL_TEXT: OutputOptions = {
  comments: false,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true, asciiOnly: true } },
}
const OWN_FOLDER = /\bimport\.meta\.dirname\b/g

/** @param out  the folder that gets `server/` and, where there is a shell, `electron/` */
export async function bundlePrograms(out: string): Promise<void> {
  await bundle(
    join(out, 'server'),
    SERVER_ENTRIES.map((name) => join('server', `${name}.ts`)),
  )
  const shell = join('electron', 'main.ts')
  if (!existsSync(join(ROOT, shell))) return
  await bundle(join(out, 'electron'), [shell])
  for (const preload of globSync('electron/preload/*.ts', { cwd: ROOT }))
    await bundle(join(out, 'electron', 'preload'), [preload], 'cjs')
}

async function bundle(dir: string, entries: readonly string[], format: 'esm' | 'cjs' = 'esm'): Promise<void> {
  const isPreload = format === 'cjs'
  const built = await rolldown({
    input: Object.fromEntries(entries.map((path) => [basename(path, '.ts'), join(ROOT, path)])),
    cwd: ROOT,
    platform: 'node',
    external: [...EXTERNAL_PACKAGES, ...NOT_THERE, ...NOT_USED, 'electron'],
    plugins: isPreload ? [] : [ownFolders()],
    // Packages of CommonJS ask for their folder by this name, which modules do not have.
    transform: isPreload ? {} : { define: { __dirname: 'import.meta.dirname' } },
    onLog(level, log) {
      if (level === 'warn') throw new Error(`bundling ${entries.join(', ')}: ${log.message}`)
    },
  } satisfies RolldownOptions)
  const extension = isPreload ? 'cjs' : 'js'
  await built.write({
    dir,
    format,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `part-[name]-[hash].${extension}`,
    ...(isPreload ? { codeSplitting: false } : {}),
    ...SMALL_TEXT,
  })
  await built.close()
}

/** All results lie one folder below the root, so that from any of them the way to a source's folder is the same. */
function ownFolders(): Plugin {
  return {
    name: 'homebird:own-folders',
    transform: {
      filter: { code: /import\.meta\.dirname/, id: { exclude: /node_modules/ } },
      handler(code, id) {
        const folder = relative(ROOT, dirname(id)).split(sep).join('/')
        return { code: code.replaceAll(OWN_FOLDER, `(import.meta.dirname + '/../${folder}')`), map: null }
      },
    },
  }
}
