/** One request as an app makes it, and short ways to write it down; `{name}` stands for something of the home that is asked. */
import { createECDH } from 'node:crypto'

type Sent = object | string | ReadonlyArray<readonly [string, string]>

export interface AppRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** An object is sent as JSON, a text as a form, parts as a multipart form. */
  readonly body?: Sent
  /** Keeps the `id` of the answer under this name. */
  readonly keeps?: string
  /** Asked before anybody has signed in. */
  readonly isStranger?: boolean
  /** What Mastodon answers, where it is not 200. */
  readonly status?: number
}

export const get = (path: string): AppRequest => ({ method: 'GET', path })
export const open = (path: string): AppRequest => ({ method: 'GET', path, isStranger: true })
export const post = (path: string, body: Sent = '', keeps?: string): AppRequest => ({
  method: 'POST',
  path,
  body,
  ...(keeps === undefined ? {} : { keeps }),
})
export const put = (path: string, body: Sent): AppRequest => ({ method: 'PUT', path, body })
export const patch = (path: string, body: Sent): AppRequest => ({ method: 'PATCH', path, body })
export const remove = (path: string, body?: Sent): AppRequest => ({
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
})

export const PUSH_KEYS = {
  p256dh: createECDH('prime256v1').generateKeys('base64url'),
  auth: '8eDyX_uCN0XRhSbY5hs7Hg',
}

/** Acts on a post that most apps have buttons for. */
export const acts = (names: readonly string[]): AppRequest[] =>
  names.map((name) => post(`/api/v1/statuses/{theirs}/${name}`))
export const BUTTONS = [
  'favourite',
  'unfavourite',
  'reblog',
  'unreblog',
  'bookmark',
  'unbookmark',
  'mute',
  'unmute',
]
