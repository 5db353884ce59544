/**
 * Checks what clients send by the schema of the route, brought into its shape first. The compiler of schemas is big:
 * it is loaded by the first request that has something to check, and a schema is compiled when it is first needed.
 */
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import { HomebirdError } from '../../core/errors.ts'
import { normalize } from './normalize.ts'

/** By schema, for both listeners alike. */
const validators = new WeakMap<TSchema, Validator>()

/** Sets the encapsulated app up to check this way. A refusal is UNPROCESSABLE and names the field. */
export function checkBySchema(app: FastifyInstance): void {
  let compile: ((schema: TSchema) => Validator) | null = null
  app.addHook('preValidation', async () => {
    compile ??= (await import('typebox/compile')).Compile
  })
  app.setValidatorCompiler<TSchema>(({ schema }) => (data: unknown) => {
    const validator = validators.get(schema) ?? compile?.(schema)
    if (validator === undefined) throw new HomebirdError('INTERNAL', 'a schema was used before its compiler')
    validators.set(schema, validator)
    const value = normalize(schema, data)
    return validator.Check(value) ? { value } : { error: refusal(validator.Errors(value)) }
  })
}

interface SchemaError {
  readonly instancePath: string
  readonly message: string
}

function refusal(errors: readonly SchemaError[]): HomebirdError {
  const [first] = errors
  const name = first === undefined || first.instancePath === '' ? 'body' : first.instancePath.slice(1)
  const flaw = `${name.replaceAll('/', '.')} ${first?.message ?? 'is invalid'}`.slice(0, 200)
  return new HomebirdError('UNPROCESSABLE', flaw, { safe: `Validation failed: ${flaw}` })
}
