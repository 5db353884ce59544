/**
 * What the framework is given in place of its own compilers of schemas. Routes that check what they are sent bring theirs; the
 * framework's would be loaded by every start, be it for a single route, and no bundle has them.
 * @see ../client-api/check-schema.ts
 */
import type { FastifyServerOptions } from 'fastify'
import { HomebirdError } from '../../core/errors.ts'

export const OWN_COMPILERS: Required<Pick<FastifyServerOptions, 'schemaController'>> = {
  schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
}

function noCompiler(): never {
  throw new HomebirdError(
    'INTERNAL',
    'a route has a schema and its plugin sets no compiler: see checkBySchema',
  )
}
