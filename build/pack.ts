/**
 * `npm run pack`: puts a home together as it is given away. `stage` bundles it into `dist/app`; `dir` packs the folder that
 * an installer would install; `npm` makes the npm package; without a word the installers of this system are made.
 */
import { parseArgs } from 'node:util'
import { packDesktop, packedFolder } from './packaging/desktop.ts'
import { packForNpm } from './packaging/npm-package.ts'
import { PACKED, STAGED_APP, parseTarget } from './packaging/places.ts'
import { stage } from './packaging/stage.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    arch: { type: 'string', default: process.arch },
    'electron-dist': { type: 'string' },
    out: { type: 'string', default: PACKED },
    'all-platforms': { type: 'boolean', default: false },
  },
})
const [what = 'installers', ...rest] = positionals
if (rest.length > 0)
  throw new Error(`"${rest.join(' ')}" is too much; give one word: stage, dir, npm or none`)
const target = parseTarget(process.platform, values.arch)

switch (what) {
  case 'stage':
    await stage(target)
    console.log(`bundled into ${STAGED_APP}`)
    break
  case 'dir':
  case 'installers': {
    const { out, 'electron-dist': electronDist } = values
    const made = await packDesktop({
      target,
      isFolderOnly: what === 'dir',
      out,
      ...(electronDist === undefined ? {} : { electronDist }),
    })
    console.log(made.length === 0 ? `packed into ${packedFolder(out, target)}` : made.join('\n'))
    break
  }
  case 'npm':
    await stage(target)
    console.log(await packForNpm(values['all-platforms']))
    break
  default:
    throw new Error(`"${what}" is nothing to pack; known are stage, dir, npm, and nothing for installers`)
}
