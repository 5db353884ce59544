/** Files on their way to the home: how far each is, what went wrong, once more or not at all. The draft holds their order. */
import type { ApiClient } from '../api/client.ts'
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { describeMedia, getMedia, removeMedia, uploadMedia } from '../api/media.ts'
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import { type Draft, type DraftMedia, mediaFromAttachment } from './draft.ts'
import type { Drafts } from './drafts.ts'
import { type FileLimits, type LeftOutFile, besidePoll, fitFiles } from './fit-files.ts'
import { type Observable, type Store, createStore } from './observable.ts'

export interface UploadState {
  /** From 0 to 1; null while the home works on the file. */
  readonly progress: number | null
  readonly failure: ApiFailure | null
}

/** Files that are not there yet, by the key of their place in the draft. */
export type UploadsView = Readonly<Record<string, UploadState>>

/** Files that the last adding left out, in the draft they were for. */
export interface LeftOutView {
  readonly draftId: string
  readonly files: readonly LeftOutFile[]
}

interface Task {
  readonly file: File
  stop: AbortController
}

const LOOK_MS = 400

export class Uploads {
  readonly #api: ApiClient
  readonly #drafts: Drafts
  readonly #newKey: () => string
  readonly #view: Store<UploadsView> = createStore<UploadsView>({})
  readonly #leftOut: Store<LeftOutView | null> = createStore<LeftOutView | null>(null)
  readonly #tasks = new Map<string, Task>()

  constructor(api: ApiClient, drafts: Drafts, newKey: () => string) {
    this.#api = api
    this.#drafts = drafts
    this.#newKey = newKey
  }

  get view(): Observable<UploadsView> {
    return this.#view
  }

  /** Null where nothing was left out, or it was seen. */
  get leftOut(): Observable<LeftOutView | null> {
    return this.#leftOut
  }

  forgetLeftOut(): void {
    this.#leftOut.set(null)
  }

  /** Adds files to the draft in the composer, but those that do not fit. @param most  that the draft may have in all */
  add(files: readonly File[], most: number, limits: FileLimits): void {
    const draft = this.#drafts.current()
    const room = Math.max(0, most - draft.media.length)
    // A post that is changed keeps what it has; the home says what it may have beside it.
    const hasPoll = draft.poll !== null && draft.edit === null
    const fitting = hasPoll ? besidePoll(files) : fitFiles(files, room, limits)
    this.#leftOut.set(fitting.leftOut.length === 0 ? null : { draftId: draft.id, files: fitting.leftOut })
    if (fitting.taken.length === 0) return
    const taken = fitting.taken.map((file) => ({ file, key: this.#newKey() }))
    const media = taken.map(({ file, key }) => placeFor(file, key))
    this.#drafts.change({ media: [...draft.media, ...media] }, draft.id)
    for (const { file, key } of taken) void this.#send(key, { file, stop: new AbortController() })
  }

  retry(key: string): void {
    const task = this.#tasks.get(key)
    if (task !== undefined) void this.#send(key, { ...task, stop: new AbortController() })
  }

  /** Takes a file out of its draft; what is on its way stops. */
  remove(draft: Draft, key: string): void {
    this.#leftOut.set(null)
    const media = draft.media.find((one) => one.key === key)
    this.#tasks.get(key)?.stop.abort()
    this.#forget(key)
    if (media?.previewUrl?.startsWith('blob:') === true) URL.revokeObjectURL(media.previewUrl)
    this.#drafts.change({ media: draft.media.filter((one) => one.key !== key) }, draft.id)
    // The home sweeps what no post has.
    if (typeof media?.id === 'string' && draft.edit === null)
      removeMedia(this.#api, media.id).catch(() => undefined)
  }

  /** Says what a file shows and where its middle is. @throws ApiFailure when the home did not take it; the draft has it */
  async describe(
    draft: Draft,
    key: string,
    change: Pick<DraftMedia, 'description' | 'focus'>,
  ): Promise<void> {
    this.#change(key, change)
    const id = draft.media.find((one) => one.key === key)?.id ?? null
    if (id !== null && draft.edit === null) await describeMedia(this.#api, id, change)
  }

  async #send(key: string, task: Task): Promise<void> {
    this.#tasks.set(key, task)
    this.#tell(key, { progress: 0, failure: null })
    const { signal } = task.stop
    try {
      const begun = await uploadMedia(task.file, {
        signal,
        onProgress: (progress) =>
          this.#tell(key, { progress: progress < 1 ? progress : null, failure: null }),
      })
      this.#tell(key, { progress: null, failure: null })
      const media = await this.#ready(begun, signal)
      await this.#arrive(key, media)
    } catch (error) {
      if (!signal.aborted) this.#tell(key, { progress: 0, failure: toFailure(error) })
    }
  }

  /** Waits for the home to have looked at it. @throws ApiFailure when it is nothing that the home takes */
  async #ready(begun: MediaAttachment, signal: AbortSignal): Promise<MediaAttachment> {
    let media = begun
    while (media.url === null) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      media = await getMedia(this.#api, begun.id, signal)
    }
    return media
  }

  async #arrive(key: string, media: MediaAttachment): Promise<void> {
    const { url, kind, previewUrl, id } = mediaFromAttachment(media)
    const place = this.#draftOf(key)?.media.find((one) => one.key === key)
    this.#forget(key)
    if (place === undefined) return
    this.#change(key, { id, url, kind, previewUrl: previewUrl ?? place.previewUrl })
    const { description, focus } = place
    const isDescribed = description !== '' || focus.x !== 0 || focus.y !== 0
    if (isDescribed && id !== null) await describeMedia(this.#api, id, { description, focus })
  }

  /** By the file: a draft may have got another name since it was added. */
  #draftOf(key: string): Draft | undefined {
    const { drafts } = this.#drafts.view.get()
    return Object.values(drafts).find(({ media }) => media.some((one) => one.key === key))
  }

  #change(key: string, change: Partial<DraftMedia>): void {
    const draft = this.#draftOf(key)
    if (draft === undefined) return
    const changed = (one: DraftMedia): DraftMedia => (one.key === key ? { ...one, ...change } : one)
    this.#drafts.change({ media: draft.media.map(changed) }, draft.id)
  }

  #tell(key: string, state: UploadState): void {
    this.#view.update((view) => ({ ...view, [key]: state }))
  }

  #forget(key: string): void {
    this.#tasks.delete(key)
    const { [key]: _gone, ...others } = this.#view.get()
    this.#view.set(others)
  }
}

function placeFor(file: File, key: string): DraftMedia {
  const [kind] = file.type.split('/')
  const isSeen = kind === 'image' || kind === 'video'
  return {
    key,
    id: null,
    kind: isSeen || kind === 'audio' ? kind : 'unknown',
    name: file.name,
    description: '',
    focus: { x: 0, y: 0 },
    previewUrl: kind === 'image' ? URL.createObjectURL(file) : null,
    url: null,
  }
}
