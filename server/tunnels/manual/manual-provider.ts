/** A proxy or CDN of the owner's own: nothing is run here, and whether it leads here is seen by the proof. */
import type { TunnelFinding } from '../../contracts/tunnel.ts'
import type { LocalTarget, TunnelEvent, TunnelProvider } from '../provider.ts'

export class ManualProvider implements TunnelProvider {
  readonly kind = 'manual'
  readonly isMetered = false

  #leadTo: string | null = null

  async prepare(): Promise<readonly TunnelFinding[]> {
    return []
  }

  async *run({ addresses }: LocalTarget, signal: AbortSignal): AsyncGenerator<TunnelEvent, void> {
    const [first] = addresses
    this.#leadTo = first.kind === 'tcp' ? `${first.host}:${first.port}` : first.path
    yield { type: 'connected' }
    if (signal.aborted) return
    const ended = Promise.withResolvers<undefined>()
    signal.addEventListener('abort', () => ended.resolve(undefined), { once: true })
    await ended.promise
  }

  /** There is nothing to look at. */
  nudge(): void {}

  /** Where the proxy has to lead to. */
  facts(): Readonly<Record<string, string>> {
    return this.#leadTo === null ? {} : { leadTo: this.#leadTo }
  }
}
