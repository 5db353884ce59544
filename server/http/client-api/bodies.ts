/**
 * How requests of the client API are read: JSON, forms and multipart forms give the same nested values, which are brought
 * into shape and checked by the schema of the route. Other content types are refused.
 * @see security rules 78, 120
 */
import fastifyMultipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'
import { checkBySchema } from './check-schema.ts'
import { nestFields } from './form-fields.ts'

const MAX_FIELD_BYTES = 262_144
const MAX_PARTS = 200

/** Sets the encapsulated app up to read bodies and queries this way. */
export async function readBodies(app: FastifyInstance): Promise<void> {
  app.removeAllContentTypeParsers()
  readJson(app)
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, nestFields(new URLSearchParams(String(body)))),
  )
  await app.register(fastifyMultipart, {
    limits: { fieldSize: MAX_FIELD_BYTES, fields: MAX_PARTS, parts: MAX_PARTS, files: 1, fieldNameSize: 200 },
  })
  app.addHook('preValidation', async (request) => {
    const mark = request.url.indexOf('?')
    request.query = nestFields(new URLSearchParams(mark === -1 ? '' : request.url.slice(mark + 1)))
    if (request.isMultipart()) request.body = nestFields(await readParts(request))
    else if (request.body === undefined || request.body === null) request.body = {}
  })
  checkBySchema(app)
}

/** An empty body is none: several apps announce JSON for requests that carry nothing. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (String(body).trim() === '') return done(null, {})
    return parse(request, String(body), done)
  })
}

/** @throws HomebirdError BAD_REQUEST for parts that are cut off or have no boundary, TOO_LARGE, UNPROCESSABLE for files */
async function readParts(request: FastifyRequest): Promise<Array<[string, string]>> {
  const fields: Array<[string, string]> = []
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') {
        part.file.resume()
        throw new HomebirdError('UNPROCESSABLE', 'a file came where none is taken', {
          safe: 'Validation failed: files are not accepted here',
        })
      }
      if (part.valueTruncated || part.fieldnameTruncated)
        throw new HomebirdError('TOO_LARGE', 'a field is too large')
      fields.push([part.fieldname, String(part.value)])
    }
  } catch (cause) {
    // The parser throws plain errors for what it cannot read; those of its limits carry a status.
    if (cause instanceof HomebirdError || (cause instanceof Error && 'statusCode' in cause)) throw cause
    throw new HomebirdError('BAD_REQUEST', 'a multipart body cannot be read', { cause })
  }
  return fields
}
