/** Signs the manifests of a release, makes the pair of keys for it, and checks what it or somebody else has signed. */
import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
} from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Manifest, readManifest } from '../electron/updates/manifest.ts'
import { SIGNATURE_SUFFIX, isSigned, signManifest } from '../electron/updates/manifest-signature.ts'
import { parsePublicKey } from '../electron/updates/update-feed.ts'

const USAGE = `usage: node build/sign-update.ts keys FILE            make a key pair; the private key goes to FILE, the public one is printed
       node build/sign-update.ts sign FOLDER FILE     check and sign every manifest (*.yml) of the release in FOLDER
       node build/sign-update.ts check FOLDER KEY     check a release against a public key
HOMEBIRD_UPDATE_PASSPHRASE protects the private key, where it is set.`

type Say = (line: string) => void

export async function runSigning(
  args: readonly string[],
  passphrase: string | undefined,
  say: Say,
): Promise<void> {
  const [act, first, second] = args
  if (act === 'keys' && first !== undefined) say(await makeKeys(first, passphrase))
  else if (act === 'sign' && first !== undefined && second !== undefined) {
    await signRelease(first, await readPrivateKey(second, passphrase), say)
  } else if (act === 'check' && first !== undefined && second !== undefined) {
    await checkRelease(first, parsePublicKey(second), say)
  } else throw new Error(USAGE)
}

/** @returns the public key as `HOMEBIRD_UPDATE_KEY` takes it */
async function makeKeys(file: string, passphrase: string | undefined): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
  })
  // Never over another: builds that are out there believe that one.
  await writeFile(file, pem, { mode: 0o600, flag: 'wx' })
  return publicText(publicKey)
}

async function readPrivateKey(file: string, passphrase: string | undefined): Promise<KeyObject> {
  const key = createPrivateKey({
    key: await readFile(file, 'utf8'),
    ...(passphrase === undefined ? {} : { passphrase }),
  })
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Error(
      `${file} holds a key of the kind ${key.asymmetricKeyType ?? 'unknown'}; it must be ed25519`,
    )
  }
  return key
}

function publicText(key: KeyObject): string {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')
}

async function signRelease(folder: string, key: KeyObject, say: Say): Promise<void> {
  const manifests = await manifestsOf(folder)
  for (const name of manifests) await refuseWrongFiles(folder, await manifestAt(folder, name))
  for (const name of manifests) {
    const path = join(folder, `${name}${SIGNATURE_SUFFIX}`)
    await writeFile(`${path}.new`, `${signManifest(name, await readFile(join(folder, name)), key)}\n`)
    await rename(`${path}.new`, path)
  }
  await checkRelease(folder, createPublicKey(key), say)
}

async function checkRelease(folder: string, key: KeyObject, say: Say): Promise<void> {
  for (const name of await manifestsOf(folder)) {
    const signatures = await readFile(join(folder, `${name}${SIGNATURE_SUFFIX}`), 'latin1').catch(
      (error: unknown) => {
        throw new Error(`${name} has no signature beside it; sign the release first`, { cause: error })
      },
    )
    if (!isSigned(name, await readFile(join(folder, name)), signatures, [key])) {
      throw new Error(`${name} is not signed by ${publicText(key)}`)
    }
    const manifest = await manifestAt(folder, name)
    await refuseWrongFiles(folder, manifest)
    say(`${name}: ${manifest.version}, signed, ${manifest.files.length} files as it says`)
  }
}

async function manifestsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith('.yml') && !name.startsWith('builder-'),
  )
  if (names.length === 0)
    throw new Error(`${folder} holds no manifest (*.yml); pack the release into it first`)
  return names.sort()
}

/** Read as the program will read it: what it would refuse is refused before anybody gets it. */
async function manifestAt(folder: string, name: string): Promise<Manifest> {
  return readManifest(await readFile(join(folder, name)), new URL(name, 'https://release.invalid/'))
}

async function refuseWrongFiles(folder: string, { files }: Manifest): Promise<void> {
  for (const { url, size, sha512 } of files) {
    const path = join(folder, basename(decodeURIComponent(url.pathname)))
    const hash = createHash('sha512')
    let bytes = 0
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
    }
    if (bytes !== size || hash.digest('base64') !== sha512) {
      throw new Error(
        `${path} is not the file that its manifest describes (${bytes} bytes, ${size} expected)`,
      )
    }
  }
}

if (import.meta.main) {
  try {
    await runSigning(process.argv.slice(2), process.env['HOMEBIRD_UPDATE_PASSPHRASE'], (line) =>
      process.stdout.write(`${line}\n`),
    )
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
