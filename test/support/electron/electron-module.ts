/** Lets `import … from 'electron'` give the stand-in, so that the shell's own entry runs unchanged. */
import { registerHooks } from 'node:module'
import type { ElectronParts } from '../../../electron/electron-parts.ts'

const KEY = Symbol.for('homebird.electron-stand-in')

export function standInForElectron(parts: ElectronParts): void {
  Object.defineProperty(globalThis, KEY, { value: parts })
  const found = `globalThis[Symbol.for('homebird.electron-stand-in')]`
  const names = Object.keys(parts)
  const sources: Readonly<Record<string, { format: 'module' | 'commonjs'; source: string }>> = {
    'stand-in:electron': { format: 'module', source: `export const { ${names.join(', ')} } = ${found}` },
    'stand-in:electron-required': { format: 'commonjs', source: `module.exports = ${found}` },
  }
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'electron') return next(specifier, context)
      const isRequired = context.conditions.includes('require')
      return { url: isRequired ? 'stand-in:electron-required' : 'stand-in:electron', shortCircuit: true }
    },
    load(url, context, next) {
      const known = sources[url]
      return known === undefined ? next(url, context) : { ...known, shortCircuit: true }
    },
  })
}
