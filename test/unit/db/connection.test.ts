/** The address of an external database, in the spellings that people have. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { clientConfig, describeConnection, parseDatabaseUrl } from '../../../server/db/connection.ts'

test('a plain URL names user, password, host, port and database', () => {
  assert.deepEqual(parseDatabaseUrl('postgresql://ana:secret@db.example:6543/home'), {
    host: 'db.example',
    port: 6543,
    user: 'ana',
    password: 'secret',
    database: 'home',
    ssl: 'prefer',
  })
})

test('what is left out is port 5432, the database of the same name, and no password', () => {
  const { port, database, password } = parseDatabaseUrl('postgres://ana@db.example')
  assert.deepEqual({ port, database, password }, { port: 5432, database: 'ana', password: '' })
})

test('letters that a URL cannot hold are percent-encoded in user, password and database', () => {
  const parsed = parseDatabaseUrl('postgresql://a%40b:p%2F%3A%23%C3%A9@db.example/ho%20me')
  assert.deepEqual([parsed.user, parsed.password, parsed.database], ['a@b', 'p/:#é', 'ho me'])
})

for (const url of [
  'postgresql://ana:pw@/home?host=/run/postgresql',
  'postgresql://ana:pw@%2Frun%2Fpostgresql/home',
  'postgresql:///home?host=/run/postgresql&user=ana&password=pw',
]) {
  test(`a socket folder is understood in ${url}, and needs no TLS`, () => {
    const { host, user, database, ssl } = parseDatabaseUrl(url)
    assert.deepEqual(
      { host, user, database, ssl },
      { host: '/run/postgresql', user: 'ana', database: 'home', ssl: 'disable' },
    )
  })
}

test('an IPv6 host stands in brackets and is kept without', () => {
  assert.equal(parseDatabaseUrl('postgresql://ana@[::1]:5433/home').host, '::1')
})

test('the weaker spellings of sslmode are read as the next stricter thing that exists here', () => {
  const ssl = (mode: string) => parseDatabaseUrl(`postgresql://ana@db.example/home?sslmode=${mode}`).ssl
  assert.deepEqual(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'].map(ssl), [
    'disable',
    'prefer',
    'prefer',
    'require',
    'verify-full',
    'verify-full',
  ])
})

for (const [url, why] of [
  ['postgresql://ana@db.example/home?sslmode=always', /sslmode is "always"/],
  ['postgresql://ana@db.example/home?sslrootcert=%2Fca.pem', /parameter sslrootcert/],
  ['postgresql://db.example/home', /names no user/],
  ['postgresql://ana@db.example,other.example/home', /several hosts|not a URL/],
  ['postgresql://ana@db.example/home?port=0', /port must lie/],
  ['postgresql://ana@db.example/100%', /percent sign/],
  ['mysql://ana@db.example/home', /scheme is mysql:/],
  ['db.example', /not a URL/],
] as const) {
  test(`${url} is refused with the reason`, () => {
    assert.throws(
      () => parseDatabaseUrl(url),
      (error) => isHomebirdError(error, 'SETTING_INVALID') && why.test(error.message),
    )
  })
}

test('a refusal and a description never hold the password', () => {
  assert.throws(
    () => parseDatabaseUrl('postgresql://ana:hunter2@db.example/home?sslmode=x'),
    (error) => error instanceof Error && !error.message.includes('hunter2'),
  )
  assert.equal(
    describeConnection(parseDatabaseUrl('postgresql://ana:hunter2@db.example/home')),
    'db.example:5432/home',
  )
})

test('the driver verifies the certificate only when that was asked for, and the limits of time are always set', () => {
  const config = clientConfig(parseDatabaseUrl('postgresql://ana@db.example/home?sslmode=verify-full'))
  assert.deepEqual(config.ssl, { rejectUnauthorized: true })
  assert.deepEqual(
    [config.connectionTimeoutMillis, config.statement_timeout, config.lock_timeout],
    [3_000, 30_000, 5_000],
  )
  assert.deepEqual(clientConfig(parseDatabaseUrl('postgresql://ana@h.example/home?sslmode=require')).ssl, {
    rejectUnauthorized: false,
  })
})
