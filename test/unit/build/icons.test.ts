/** Icons are what their names say. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { ICON_SIZES, makeIcons } from '../../../build/packaging/icons.ts'
import { testDataDir } from '../../support/test-ground.ts'

test('every size is drawn, and Windows and macOS find theirs in one file each', async (t) => {
  const out = testDataDir(t, 'icons')
  await makeIcons(out)
  for (const size of ICON_SIZES) {
    const { width, height, format } = await sharp(join(out, 'linux', `${size}x${size}.png`)).metadata()
    assert.deepEqual({ width, height, format }, { width: size, height: size, format: 'png' })
  }
  assert.deepEqual(await sizesInIco(readFileSync(join(out, 'icon.ico'))), [16, 24, 32, 48, 64, 128, 256])
  const forms = { ic11: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 }
  assert.deepEqual(await formsInIcns(readFileSync(join(out, 'icon.icns'))), forms)
})

async function sizesInIco(file: Buffer): Promise<number[]> {
  assert.deepEqual([...file.subarray(0, 4)], [0, 0, 1, 0])
  const count = file.readUInt16LE(4)
  const sizes: number[] = []
  for (let index = 0; index < count; index += 1) {
    const entry = 6 + 16 * index
    const [length, offset] = [file.readUInt32LE(entry + 8), file.readUInt32LE(entry + 12)]
    const { width } = await sharp(file.subarray(offset, offset + length)).metadata()
    assert.equal(file.readUInt8(entry), width % 256)
    sizes.push(width)
  }
  return sizes
}

async function formsInIcns(file: Buffer): Promise<Record<string, number>> {
  assert.equal(file.toString('latin1', 0, 4), 'icns')
  assert.equal(file.readUInt32BE(4), file.length)
  const forms: Record<string, number> = {}
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    const picture = file.subarray(at + 8, at + file.readUInt32BE(at + 4))
    forms[file.toString('latin1', at, at + 4)] = (await sharp(picture).metadata()).width
  }
  return forms
}
