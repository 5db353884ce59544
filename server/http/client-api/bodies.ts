/**
 * How requests of the client API are read: JSON, forms and multipart forms give the same nested values, which are brought
 * into shape and checked by the schema of the route. Other content types are refused.
 * @see security rules 78, 120
 */
import fastifyMultipart, { type MultipartFile } from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import { uploadLimitsOf } from '../../domain/media/media-types.ts'
import { UPLOAD_PACE, withinBounds } from '../plugins/upload-pace.ts'
import { checkBySchema } from './check-schema.ts'
import { nestFields } from './form-fields.ts'
import { FormFiles, takeText } from './form-files.ts'

const MAX_FIELD_BYTES = 262_144
/** Of all fields of a form together: strangers send them too, and they are held in memory. */
const MAX_FORM_BYTES = 1_048_576
const MAX_PARTS = 200
const MAX_FILES = 4

/** What files are taken in with; without it none are. */
type FileContext = Pick<HttpContext, 'media' | 'config'>

/** Sets the encapsulated app up to read bodies and queries this way. */
export async function readBodies(app: FastifyInstance, files: FileContext | null = null): Promise<void> {
  app.removeAllContentTypeParsers()
  readJson(app)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, nestFields(new URLSearchParams(String(body)))),
  )
  // Some write a type although they send nothing.
  app.addContentTypeParser('*', (request, _payload, done) => {
    if (request.headers['content-length'] === '0') return done(null, {})
    return done(refusedType(request.headers['content-type']))
  })
  await app.register(fastifyMultipart, {
    // How large a file may be depends on what it is: that is counted where it is taken in.
    limits: {
      fieldSize: MAX_FIELD_BYTES,
      fieldNameSize: 200,
      fields: MAX_PARTS,
      parts: MAX_PARTS,
      files: MAX_FILES,
      fileSize: Number.POSITIVE_INFINITY,
    },
  })
  app.decorateRequest('formFiles', null)
  app.decorateRequest('textFiles', null)
  app.addHook('onResponse', async (request) => request.formFiles?.end())
  app.addHook('onRequestAbort', async (request) => request.formFiles?.end())
  app.addHook('preValidation', async (request, reply) => {
    const mark = request.url.indexOf('?')
    request.query = nestFields(new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1)))
    if (request.isMultipart()) request.body = nestFields(await readForm(request, reply, files))
    else if (request.body === undefined || request.body === null) request.body = {}
    if (request.method !== 'GET') request.body = withQuery(request)
  })
  checkBySchema(app)
}

/**
 * Servers that apps grew up with make no difference between a form and what stands behind the `?`, and some apps send the one
 * for the other: Ice Cubes makes its lists and complaints that way. What a body says goes before it. Tokens and secrets are
 * asked for in bodies alone, since addresses are written into logs.
 */
function withQuery({ url, query, body }: FastifyRequest): unknown {
  const isForm = typeof body === 'object' && !Array.isArray(body)
  return isForm && url.startsWith('/api/') ? { ...(query as object), ...body } : body
}

function refusedType(type = ''): HomebirdError {
  return new HomebirdError('UNSUPPORTED_TYPE', `a body came as ${JSON.stringify(type.slice(0, 100))}`)
}

/** An empty body is none: several apps announce JSON for requests that carry nothing. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') return done(null, {})
    return parse(request, String(body), done)
  })
}

/** A route that takes files has the time of an upload. */
async function readForm(
  request: FastifyRequest,
  reply: FastifyReply,
  context: FileContext | null,
): Promise<Array<[string, string]>> {
  const { files, textFiles = {} } = request.routeOptions.config
  const textBytes = Object.values(textFiles).reduce((sum, bytes) => sum + bytes, 0)
  const read = async (): Promise<Array<[string, string]>> => readParts(request)
  try {
    if (files === undefined || context === null) {
      const pace = textBytes === 0 ? null : UPLOAD_PACE
      return await withinBounds(request, { mostBytes: 2 * MAX_FORM_BYTES + textBytes, pace }, read)
    }
    request.formFiles = new FormFiles(context)
    return await withinBounds(request, { mostBytes: mostFormBytes(context), pace: UPLOAD_PACE }, read)
  } catch (error) {
    // Whoever is slow, or sends without end, is not waited for any longer.
    const isGivenUp = isHomebirdError(error, 'TOO_SLOW') || isHomebirdError(error, 'TOO_LARGE')
    if (isGivenUp) void reply.header('connection', 'close')
    throw error
  }
}

/** A file of the largest kind, with pictures as the other files, and the fields. */
function mostFormBytes({ config }: FileContext): number {
  const { imageBytes, videoBytes, profileBytes } = uploadLimitsOf(config)
  const picture = Math.max(imageBytes, profileBytes)
  return Math.max(picture, videoBytes) + (MAX_FILES - 1) * picture + 2 * MAX_FORM_BYTES
}

/** @throws HomebirdError BAD_REQUEST for parts that are cut off or have no boundary, TOO_LARGE, UNPROCESSABLE for files */
async function readParts(request: FastifyRequest): Promise<Array<[string, string]>> {
  const fields: Array<[string, string]> = []
  let size = 0
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        const name = await takePart(request, part, fields.length)
        // In a list of things the file belongs to one of them: its place is kept by the name it is found under.
        if (name !== part.fieldname) fields.push([part.fieldname, name])
        continue
      }
      const value = String(part.value)
      size += Buffer.byteLength(value)
      if (part.valueTruncated || part.fieldnameTruncated || size > MAX_FORM_BYTES)
        throw new HomebirdError('TOO_LARGE', 'a field is too large, or all of them together')
      fields.push([part.fieldname, value])
    }
  } catch (cause) {
    // What still comes is not kept: whoever sends it reads the answer only when all is sent.
    request.raw.unpipe()
    request.raw.resume()
    // The parser throws plain errors for what it cannot read; those of its limits carry a status.
    if (cause instanceof HomebirdError || (cause instanceof Error && 'statusCode' in cause)) throw cause
    throw new HomebirdError('BAD_REQUEST', 'a multipart body cannot be read', { cause })
  }
  return fields
}

/** @returns the name under which the route finds it */
async function takePart(request: FastifyRequest, part: MultipartFile, place: number): Promise<string> {
  const form = part.fieldname.replace(/\[\d*\]/g, '[]')
  const use = request.routeOptions.config.files?.[form]
  const { formFiles } = request
  if (use !== undefined && formFiles !== null) {
    const name = form.includes('[') ? `${form} ${place}` : part.fieldname
    await formFiles.take(part, use, name)
    return name
  }
  const mostText = request.routeOptions.config.textFiles?.[part.fieldname]
  if (mostText !== undefined) {
    await takeText(request, part, mostText)
    return part.fieldname
  }
  part.file.resume()
  throw new HomebirdError('UNPROCESSABLE', 'a file came where none is taken', {
    safe: 'Validation failed: files are not accepted here',
  })
}
