/** A home whose others have pictures and films on a peer, and the addresses under which readers get them. */
import assert from 'node:assert/strict'
import type { Account } from '../../server/contracts/account.ts'
import type { Status } from '../../server/contracts/status.ts'
import { type ApiHome, type ApiHomeOptions, openApiHome } from './api-home.ts'
import { type FakePeer, type Script, openFakePeer } from './fake-peer.ts'
import type { PlainAnswer, PlainRequest } from './http-client.ts'
import { closeBeforeCluster } from './test-database.ts'

export class MediaScene {
  readonly home: ApiHome
  readonly peer: FakePeer
  #count = 0

  constructor(home: ApiHome, peer: FakePeer) {
    this.home = home
    this.peer = peer
  }

  async get(url: string, request?: PlainRequest): Promise<PlainAnswer> {
    return this.home.ask(new URL(url).pathname, request)
  }

  /** Requests that the peer had at this path. */
  asked(path: string): number {
    return this.peer.paths().filter((one) => one === path).length
  }

  serves(path: string, body: Buffer, headers: Record<string, string> = {}): void {
    this.peer.answers(path, () => ({
      status: 200,
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body,
    }))
  }

  /** The proxied address of an avatar that lies at this path of the peer. */
  async avatarAt(path: string): Promise<string> {
    this.#count += 1
    const actor = await this.home.others.actor(`someone${this.#count}`, {
      icon_url: `https://${this.peer.host}${path}`,
    })
    return (await this.home.stranger().get<Account>(`/api/v1/accounts/${actor.id}`)).avatar
  }

  async avatarOf(name: string, body: Buffer, type = 'image/png'): Promise<string> {
    this.serves(`/${name}.png`, body, { 'content-type': type })
    return this.avatarAt(`/${name}.png`)
  }

  /** The proxied address of an attachment that lies at this path of the peer. */
  async attachmentAt(path: string, kind: 'image' | 'video' | 'audio' = 'video'): Promise<string> {
    const status = await this.post({ images: [`https://${this.peer.host}${path}`] })
    const [attachment] = status.media_attachments
    assert.ok(attachment !== undefined)
    await this.home.db.updateTable('attachments').set({ kind }).where('id', '=', attachment.id).execute()
    return attachment.url ?? ''
  }

  async filmAt(path: string, script: Script): Promise<string> {
    this.peer.answers(path, script)
    return this.attachmentAt(path)
  }

  async post(seed: Parameters<ApiHome['others']['post']>[1]): Promise<Status> {
    this.#count += 1
    const author = await this.home.others.actor(`writer${this.#count}`)
    const post = await this.home.others.post(author, seed)
    return this.home.stranger().get<Status>(`/api/v1/statuses/${post.id}`)
  }
}

export async function openMediaScene(options: ApiHomeOptions = {}): Promise<MediaScene> {
  const peer = await openFakePeer()
  closeBeforeCluster(async () => peer.close())
  return new MediaScene(await openApiHome({ ...options, peers: [peer] }), peer)
}

const FILM_HEAD = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')

/** What begins like a video; each byte tells where it stands. */
export function filmOf(size: number): Buffer {
  const film = Buffer.alloc(size)
  for (let at = 0; at + 4 <= size; at += 4) film.writeUInt32BE(at, at)
  FILM_HEAD.copy(film)
  return film
}
