/** A database as a Takahē server leaves it, with a person on it, somebody elsewhere, and everything that can be between them. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import { clientConfig, withClient } from '../../server/db/connection.ts'
import type { FakeActor } from './fake-peer-actor.ts'
import { TAKAHE_SCHEMA } from './takahe-schema.ts'
import { uniqueName } from './test-cluster.ts'
import { closeBeforeCluster, testCluster } from './test-database.ts'

export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

type Values = Readonly<Record<string, unknown>>

export class TakaheServer {
  readonly connection: DatabaseConnection
  /** Where its files lie. */
  readonly media: string
  /** Of its files. */
  readonly paths: string[] = []
  #nextId = 114_000_000_000_000_000n

  constructor(connection: DatabaseConnection) {
    this.connection = connection
    this.media = mkdtempSync(join(tmpdir(), 'takahe-media-'))
    closeBeforeCluster(async () => rm(this.media, { recursive: true, force: true }))
  }

  async query(text: string, values: readonly unknown[] = []): Promise<Values[]> {
    return withClient(this.connection, async (client) => (await client.query<Values>(text, [...values])).rows)
  }

  /** Whoever reads that table waits until it is released. */
  async hold(table: string): Promise<{ release(): Promise<void> }> {
    const client = new pg.Client(clientConfig(this.connection))
    await client.connect()
    await client.query(`begin; lock table ${table} in access exclusive mode`)
    const release = async (): Promise<void> => client.end()
    return { release }
  }

  /** Ids are such as the server gives: far above those of a home. */
  newId(): string {
    this.#nextId += 4_194_304n
    return String(this.#nextId)
  }

  async insert(table: string, values: Values): Promise<string> {
    const names = Object.keys(values)
    const places = names.map((_, index) => `$${index + 1}`)
    const given = Object.values(values).map((value) =>
      typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value,
    )
    const columns = names.map((name) => pg.escapeIdentifier(name)).join(', ')
    const [row] = await this.query(
      `insert into ${table} (${columns}) values (${places.join(', ')}) returning *`,
      given,
    )
    return String(row?.['id'] ?? '')
  }

  file(path: string, bytes: Uint8Array): string {
    const full = join(this.media, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, bytes)
    this.paths.push(path)
    return path
  }

  async person(email: string, domain: string, username: string, more: Values = {}): Promise<Identity> {
    const [found] = await this.query('select id from users_user where email = $1', [email])
    const userId = found === undefined ? await this.insert('users_user', { email }) : String(found['id'])
    const keys = keyPair()
    const uri = `https://${await this.hostOf(domain)}/@${username}@${domain}/`
    const id = await this.insert('users_identity', {
      id: this.newId(),
      actor_uri: uri,
      state: 'updated',
      local: true,
      username,
      domain_id: domain,
      private_key: keys.privateKey,
      public_key: keys.publicKey,
      public_key_id: `${uri}#main-key`,
      ...more,
    })
    await this.insert('users_identity_users', { identity_id: id, user_id: userId })
    return { id, uri, keys }
  }

  async hostOf(domain: string): Promise<string> {
    const [row] = await this.query(
      'select coalesce(service_domain, domain) as host from users_domain where domain = $1',
      [domain],
    )
    return String(row?.['host'])
  }

  /** Somebody of another server, as this one has read them. */
  async stranger(actor: FakeActor): Promise<string> {
    const domain = actor.handleDomain
    await this.query(`insert into users_domain (domain, local) values ($1, false) on conflict do nothing`, [
      domain,
    ])
    const { publicKeyPem } = actor.keyDocument()
    return this.insert('users_identity', {
      id: this.newId(),
      actor_uri: actor.uri,
      state: 'updated',
      local: false,
      username: actor.name,
      domain_id: domain,
      name: actor.name,
      summary: '<p>Somebody <script>alert(1)</script>elsewhere</p>',
      profile_uri: `${actor.peer.origin}/@${actor.name}`,
      inbox_uri: `${actor.uri}/inbox`,
      shared_inbox_uri: `${actor.peer.origin}/inbox`,
      outbox_uri: `${actor.uri}/outbox`,
      followers_uri: actor.followers,
      public_key: publicKeyPem,
      public_key_id: actor.keyUri,
      fetched: new Date(),
    })
  }

  async post(author: { readonly id: string; readonly uri: string }, values: Values = {}): Promise<Post> {
    const id = this.newId()
    const isLocal = values['local'] !== false
    const uri = String(values['object_uri'] ?? `${author.uri}posts/${id}/`)
    await this.insert('activities_post', {
      id,
      author_id: author.id,
      state: 'fanned_out',
      local: isLocal,
      object_uri: uri,
      content: '<p>a post</p>',
      url: uri,
      ...values,
    })
    return { id, uri }
  }

  async interaction(type: string, identityId: string, postId: string, values: Values = {}): Promise<string> {
    const id = this.newId()
    return this.insert('activities_postinteraction', {
      id,
      state: 'fanned_out',
      type,
      identity_id: identityId,
      post_id: postId,
      ...values,
    })
  }

  async follow(sourceId: string, targetId: string, values: Values = {}): Promise<string> {
    return this.insert('users_follow', {
      source_id: sourceId,
      target_id: targetId,
      state: 'accepted',
      uri: '',
      ...values,
    })
  }

  async event(identityId: string, type: string, values: Values = {}): Promise<void> {
    await this.insert('activities_timelineevent', { identity_id: identityId, type, ...values })
  }
}

export interface Identity {
  readonly id: string
  readonly uri: string
  readonly keys: KeyPair
}

export interface Post {
  readonly id: string
  readonly uri: string
}

/** As somebody types it. */
export function addressOf({ connection }: TakaheServer): string {
  const { host, port, user, password, database } = connection
  const parameters = new URLSearchParams({ host, port: String(port), user, password, dbname: database })
  return `postgresql:///?${parameters}`
}

function keyPair(): KeyPair {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** With one domain, split as the documentation of such servers advises. Dropped after the file. */
export async function openTakaheServer(domain: string, serviceDomain: string | null): Promise<TakaheServer> {
  const cluster = await testCluster()
  const name = uniqueName('takahe')
  await withClient(cluster, async (client) => client.query(`create database ${name}`))
  closeBeforeCluster(async () =>
    withClient(cluster, async (client) => client.query(`drop database if exists ${name} with (force)`)),
  )
  const server = new TakaheServer({ ...cluster, database: name })
  await server.query(TAKAHE_SCHEMA)
  await server.query(
    'insert into users_domain (domain, service_domain, local, "default") values ($1, $2, true, true)',
    [domain, serviceDomain],
  )
  return server
}
