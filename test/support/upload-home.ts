/** A home that takes uploads: the app of its owner, and a worker that works on what comes in. */
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import { systemClock } from '../../server/core/clock.ts'
import { createLogger } from '../../server/core/log.ts'
import { addIdentity } from '../../server/domain/owner/identities.ts'
import { createRunner } from '../../server/stator/runner.ts'
import type { Runner } from '../../server/stator/runner-types.ts'
import { allGraphWork } from '../../server/workers/registry.ts'
import { type ApiClient, type ApiHome, type ApiHomeOptions, openApiHome } from './api-home.ts'
import type { PlainAnswer } from './http-client.ts'
import { type FormFile, formOf } from './multipart.ts'
import { closeBeforeCluster } from './test-database.ts'

type Fields = readonly (readonly [string, string])[]

export class UploadHome {
  readonly home: ApiHome
  readonly app: ApiClient
  readonly runner: Runner

  constructor(home: ApiHome, app: ApiClient, runner: Runner) {
    this.home = home
    this.app = app
    this.runner = runner
  }

  async sends(
    path: string,
    files: readonly FormFile[],
    fields: Fields = [],
    method = 'POST',
  ): Promise<PlainAnswer> {
    const { headers, body } = formOf(fields, files)
    return this.app.ask(path, { method, headers, body })
  }

  /** The same home with another identity, which may upload as much as this one. */
  async withIdentity(username: string): Promise<UploadHome> {
    const wanted = { username, displayName: username, domain: 'home.example' }
    const { id } = await addIdentity(this.home.db, wanted, systemClock)
    return new UploadHome(this.home, await this.home.app(['read', 'write'], id), this.runner)
  }

  /** One that must go well. */
  async uploads(bytes: Buffer, fields: Fields = [], filename = 'file.png'): Promise<MediaAttachment> {
    const answer = await this.sends('/api/v2/media', [{ name: 'file', filename, bytes }], fields)
    if (answer.status !== 200) throw new Error(`an upload was answered ${answer.status}: ${answer.text()}`)
    return answer.json() as unknown as MediaAttachment
  }

  /** What lies under an address of this home. */
  async reads(url: string | null, headers: Record<string, string> = {}): Promise<PlainAnswer> {
    return this.home.ask(new URL(url ?? 'https://nowhere.example/').pathname, { headers })
  }
}

export async function openUploadHome(options: ApiHomeOptions = {}): Promise<UploadHome> {
  const home = await openApiHome(options)
  const runner = createRunner({
    db: home.db,
    listener: home.context.listener,
    clock: systemClock,
    log: createLogger('test', 'silent'),
    graphs: allGraphWork(home.context).filter(({ graph }) => graph.table === 'uploads'),
    concurrency: 4,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
  })
  runner.start()
  closeBeforeCluster(async () => runner.stop())
  return new UploadHome(home, await home.app(), runner)
}
