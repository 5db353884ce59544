/** Builds the window: one document and hashed files. Catalogues are compiled here, so that no parser is shipped. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { FIRST_PARTS } from './i18n/parts.ts'
import { handbook } from './handbook.ts'
import { licences } from './licences.ts'

const LAYERS = '@layer tokens, base, components, features;'
const WORKER = 'service-worker.js'
const CATALOGUE = /\/locales\/[a-z]+\/[a-z-]+\.json$/

/** `locales/en/home.json` becomes the compiled messages by id. */
function catalogues(): Plugin {
  return {
    name: 'homebird:catalogues',
    enforce: 'pre',
    async load(id) {
      if (!CATALOGUE.test(id)) return null
      const messages = JSON.parse(await readFile(id, 'utf8')) as Record<string, string>
      const compiled = Object.fromEntries(
        Object.entries(messages).map(([name, message]) => [name, compileMessage(message)]),
      )
      return { code: `export default ${JSON.stringify(compiled)}`, moduleType: 'js' }
    },
  }
}

/** The order of the layers stands first in every file: whichever a page loads first, base never beats a component. */
function layerOrder(): Plugin {
  return {
    name: 'homebird:layer-order',
    enforce: 'pre',
    transform(code, id) {
      return id.endsWith('.css') ? { code: `${LAYERS}\n${code}`, map: null } : null
    },
  }
}

/** The worker is one file beside the document; it is told the files of the bundle, which it keeps. */
function serviceWorker(): Plugin {
  return {
    name: 'homebird:service-worker',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: './service-worker/service-worker.ts', fileName: WORKER })
    },
    generateBundle(_options, bundle) {
      const worker = bundle[WORKER]
      if (worker?.type !== 'chunk') throw new Error('the service worker is missing in the bundle')
      if (worker.imports.length > 0)
        throw new Error(`the service worker imports ${worker.imports.join(', ')}`)
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith('assets/'))
        .sort()
        .map((name) => `/${name}`)
      const version = createHash('sha256').update(files.join(' ')).digest('hex').slice(0, 16)
      worker.code = `const BUNDLE=${JSON.stringify({ version, files })};${worker.code}`
    },
  }
}

/** The early script stands before all others, and is a file of its own. */
function earlyScript(): Plugin {
  return {
    name: 'homebird:early-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const early = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === 'early')
        if (early === undefined) throw new Error('the early script is missing in the bundle')
        const attrs = { type: 'module', async: true, crossorigin: true, src: `/${early.fileName}` }
        return [{ tag: 'script', attrs, injectTo: 'head-prepend' }]
      },
    },
  }
}

/** What every start says is one file for each language, and not one for each part. */
function firstWordsOf(id: string): string | null {
  const [, locale, part] = /\/locales\/([a-z]+)\/([a-z-]+)\.json$/.exec(id) ?? []
  return FIRST_PARTS.some((first) => first === part) ? `words-${locale}` : null
}

export default defineConfig({
  base: '/',
  plugins: [catalogues(), layerOrder(), react(), earlyScript(), serviceWorker(), handbook(), licences()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    // Inlined pictures would need `data:` in more places than the policy allows.
    assetsInlineLimit: 0,
    target: 'es2024',
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'early', debugName: 'early', test: /[\\/]renderer[\\/]early\.ts$/, priority: 3 },
            { name: firstWordsOf, debugName: 'first words', test: CATALOGUE, priority: 2 },
            // Parts that later pages share with the start would be files of their own.
            {
              name: 'start',
              tags: ['$initial'],
              test: (id) => !id.includes('service-worker'),
              priority: 1,
            },
          ],
        },
      },
    },
    // The budget is of compressed scripts and has a test of its own.
    chunkSizeWarningLimit: 1_000,
  },
})
