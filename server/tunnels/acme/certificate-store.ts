/**
 * Certificates, their keys and the account of this home, in a folder among its secrets that only its user may open. What
 * cannot be read counts as not there: a certificate is got again, and nothing else depends on it.
 */
import type { SecretFolder } from '../../core/secret-box.ts'
import type { AcmeAccount, AcmeAccounts } from './acme-session.ts'
import type { CertificateFiles } from './read-certificate.ts'
import { type OrderHistory, newHistory } from './renewal-plan.ts'

const ACCOUNT = 'account.json'
const ORDERS = 'orders.json'
const CERTIFICATE = 'certificate.pem'
const FOLDER = 'certificates'
const BEGINS_CHAIN = '-----BEGIN CERTIFICATE-----'

export class CertificateStore implements AcmeAccounts {
  readonly #secrets: SecretFolder

  constructor(secrets: SecretFolder) {
    this.#secrets = secrets
  }

  read(): AcmeAccount | null {
    const { directory, url, key } = this.#json(ACCOUNT)
    const isWhole = typeof directory === 'string' && typeof key === 'string' && key.includes('PRIVATE KEY')
    return isWhole ? { directory, key, url: typeof url === 'string' ? url : null } : null
  }

  write(account: AcmeAccount): void {
    this.#write(ACCOUNT, JSON.stringify(account))
  }

  /** Null where none is kept. */
  readFiles(host: string): CertificateFiles | null {
    const text = this.#text(`${host}/${CERTIFICATE}`)
    const at = text?.indexOf(BEGINS_CHAIN) ?? -1
    return text === null || at === -1 ? null : { key: text.slice(0, at), chain: text.slice(at) }
  }

  /** Key and chain in one file, so that they are exchanged together. */
  writeFiles(host: string, { key, chain }: CertificateFiles): void {
    this.#write(`${host}/${CERTIFICATE}`, `${key.trimEnd()}\n${chain}`)
  }

  /** Of what was ordered of another authority nothing counts. */
  readHistory(host: string, directory: string): OrderHistory {
    const kept = this.#json(`${host}/${ORDERS}`)
    const none = newHistory(directory, typeof kept['issuedBy'] === 'string' ? kept['issuedBy'] : null)
    if (kept['directory'] !== directory) return none
    const { ordered, failures, heldUntil, lastError } = kept
    return {
      ...none,
      ordered: Array.isArray(ordered) ? ordered.filter((at) => typeof at === 'number') : none.ordered,
      failures: typeof failures === 'number' ? failures : none.failures,
      heldUntil: typeof heldUntil === 'number' ? heldUntil : none.heldUntil,
      isHeldByAuthority: kept['isHeldByAuthority'] === true,
      lastError: typeof lastError === 'string' ? lastError : null,
    }
  }

  writeHistory(host: string, history: OrderHistory): void {
    this.#write(`${host}/${ORDERS}`, JSON.stringify(history))
  }

  #write(name: string, text: string): void {
    this.#secrets.write(`${FOLDER}/${name}`, text)
  }

  #json(name: string): Readonly<Record<string, unknown>> {
    try {
      const parsed = JSON.parse(this.#text(name) ?? '{}') as unknown
      return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {}
    } catch {
      return {} // half a file of somebody else's making: our own are written whole
    }
  }

  #text(name: string): string | null {
    return this.#secrets.readSound(`${FOLDER}/${name}`)?.toString('utf8') ?? null
  }
}
