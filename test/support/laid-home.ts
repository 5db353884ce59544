/** A home in the making as a keeper leaves it beside one that is there, for tests of how it takes its place. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openApplianceStore } from '../../server/appliance/appliance-store.ts'
import { incomingDir } from '../../server/appliance/copies/change-places.ts'
import { type DataDir, createDataDir, createRooms } from '../../server/core/data-dir.ts'

export const LAID_MEDIUM = `ab/${'c'.repeat(62)}.webp`

/** @param text  what its rows are, in all that a copy of `openCopiedHome` has */
export function layIncoming(dir: DataDir, text: string): DataDir {
  const incoming = createDataDir(incomingDir(dir).path)
  createRooms(incoming)
  mkdirSync(join(incoming.postgres, '18', 'base', '1'), { recursive: true })
  writeFileSync(join(incoming.postgres, '18', 'PG_VERSION'), '18\n')
  writeFileSync(join(incoming.postgres, '18', 'base', '1', '1259'), text)
  writeFileSync(join(incoming.secrets, 'one'), text)
  const store = openApplianceStore(incoming)
  store.saveSetting('logLevel', text)
  store.close()
  mkdirSync(join(incoming.media, 'ab'))
  writeFileSync(join(incoming.media, LAID_MEDIUM), text)
  return incoming
}
