/** Stands in for a STUN server: whoever asks is told the address that the first argument names. */
import { createSocket } from 'node:dgram'

const COOKIE = 0x2112a442
const [, , told = '0.0.0.0'] = process.argv
const socket = createSocket('udp4')
socket.on('message', (question, { address, port }) => {
  const answer = Buffer.alloc(32)
  answer.writeUInt16BE(0x0101, 0)
  answer.writeUInt16BE(12, 2)
  question.copy(answer, 4, 4, 20)
  answer.writeUInt16BE(0x0020, 20)
  answer.writeUInt16BE(8, 22)
  answer[25] = 1
  answer.writeUInt32BE((Buffer.from(told.split('.').map(Number)).readUInt32BE(0) ^ COOKIE) >>> 0, 28)
  socket.send(answer, port, address)
})
socket.bind(3_478, () => process.stdout.write('ready\n'))
