/** Forms with files, as apps send them. */

export interface FormFile {
  readonly name: string
  readonly filename: string
  readonly type?: string
  readonly bytes: Buffer
}

export interface SentForm {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const BOUNDARY = 'boundary-of-a-test'

export function formOf(fields: readonly (readonly [string, string])[], files: readonly FormFile[]): SentForm {
  const parts = [
    ...fields.map(([name, value]) => [`content-disposition: form-data; name="${name}"`, Buffer.from(value)]),
    ...files.map(({ name, filename, type = 'application/octet-stream', bytes }) => [
      `content-disposition: form-data; name="${name}"; filename="${filename}"\r\ncontent-type: ${type}`,
      bytes,
    ]),
  ] as const
  const body = Buffer.concat([
    ...parts.flatMap(([head, bytes]) => [
      Buffer.from(`--${BOUNDARY}\r\n${String(head)}\r\n\r\n`),
      Buffer.from(bytes as Buffer),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])
  return { headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }, body }
}
