/** What somebody who helps asks first: which program this is, and on what it runs. */
import { cpus, release, totalmem } from 'node:os'
import { VERSION } from './version.ts'

export function programFacts(): Readonly<Record<string, unknown>> {
  return {
    homebird: VERSION,
    node: process.version,
    system: `${process.platform} ${process.arch} ${release()}`,
    cores: cpus().length,
    memoryMegabytes: Math.round(totalmem() / 1_048_576),
  }
}
