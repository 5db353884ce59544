/**
 * Files in multipart forms: a route names the fields that may hold one, and each is taken in as it comes. What a request
 * brought and its route did not keep goes with the request.
 */
import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { type UploadLimits, uploadLimitsOf } from '../../domain/media/media-types.ts'
import { type FileUse, type TakenFile, takeFile } from '../../domain/uploads/take-file.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import type { HttpContext } from '../http-context.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Names of the fields that may hold a file, and what it is for. */
    files?: Readonly<Record<string, FileUse>>
    /** Names of the fields that may hold a file of text, which is kept in memory, and the most bytes of it. */
    textFiles?: Readonly<Record<string, number>>
  }
  interface FastifyRequest {
    formFiles: FormFiles | null
    textFiles: Map<string, Buffer> | null
  }
}

/** The files of one request by the name of their field. */
export class FormFiles {
  readonly #store: MediaStore
  readonly #limits: UploadLimits
  readonly #taken = new Map<string, TakenFile>()
  #isOver = false

  constructor({ media, config }: Pick<HttpContext, 'media' | 'config'>) {
    this.#store = media
    this.#limits = uploadLimitsOf(config)
  }

  /**
   * @param name  under which the route asks for it
   * @throws HomebirdError as `takeFile`, and UNPROCESSABLE for a second file of one name
   */
  async take(part: MultipartFile, use: FileUse, name: string): Promise<void> {
    if (this.#taken.has(name)) {
      throw new HomebirdError('UNPROCESSABLE', `two files are named ${name}`, {
        safe: 'Validation failed: more than one file was sent where one is taken',
      })
    }
    const taken = await this.#takeUnlessNone(part, use)
    if (taken === null) return
    // The request may have been given up while the last bytes went to the disk.
    if (this.#isOver) await taken.written.discard()
    else this.#taken.set(name, taken)
  }

  /** A form of a browser sends a field of files that was left empty as a file without name and content. */
  async #takeUnlessNone(part: MultipartFile, use: FileUse): Promise<TakenFile | null> {
    try {
      return await takeFile(this.#store, part.file, use, this.#limits)
    } catch (error) {
      const isEmpty = isHomebirdError(error, 'UNPROCESSABLE') && error.details['isEmpty'] === true
      if (isEmpty && (part.filename ?? '') === '') return null
      throw error
    }
  }

  /** Null where none came. It lasts as long as the request, unless it is kept. */
  find(name: string): TakenFile | null {
    return this.#taken.get(name) ?? null
  }

  /** Throws away what was not kept. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all([...this.#taken.values()].map(async ({ written }) => written.discard()))
  }
}

/** The file of a field; null where none came. */
export function fileOf(request: FastifyRequest, name: string): TakenFile | null {
  return request.formFiles?.find(name) ?? null
}

/** The text of a field, as bytes; null where none came as a file. */
export function textFileOf(request: FastifyRequest, name: string): Buffer | null {
  return request.textFiles?.get(name) ?? null
}

/** @throws HomebirdError TOO_LARGE above the limit of the field */
export async function takeText(
  request: FastifyRequest,
  part: Pick<MultipartFile, 'file' | 'fieldname'>,
  maxBytes: number,
): Promise<void> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of part.file) {
    size += (chunk as Buffer).length
    if (size > maxBytes) {
      throw new HomebirdError('TOO_LARGE', `a file of text has more than ${maxBytes} bytes`, {
        safe: `The file is larger than ${Math.round(maxBytes / 1_048_576)} MB.`,
      })
    }
    chunks.push(chunk as Buffer)
  }
  request.textFiles ??= new Map()
  request.textFiles.set(part.fieldname, Buffer.concat(chunks))
}
