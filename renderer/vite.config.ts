/** Builds the window: one document and hashed files. Catalogues are compiled here, so that no parser is shipped. */
import { readFile } from 'node:fs/promises'
import { compileMessage } from '@lingui/message-utils/compileMessage'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const LAYERS = '@layer tokens, base, components, features;'
const CATALOGUE = /\/locales\/[a-z]+\.json$/

/** `locales/en.json` becomes the compiled messages by id. */
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

export default defineConfig({
  base: '/',
  plugins: [catalogues(), layerOrder(), react()],
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
    // The budget is of compressed scripts and has a test of its own.
    chunkSizeWarningLimit: 1_000,
  },
})
