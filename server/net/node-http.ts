/**
 * What this house uses of `node:http`. An import statement reads every export of a built-in module, and reading
 * `WebSocket` and its kin of this one loads the undici that Node carries, which nobody here uses: measured, 100 ms of
 * a start and 3 MB of each process.
 */
import process from 'node:process'

export const { Agent, request } = process.getBuiltinModule('node:http')
