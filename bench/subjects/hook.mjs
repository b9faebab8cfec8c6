// A short process such as a coding host starts at each prompt: it asks the daemon over its socket and ends, or only
// ends. It imports nothing but what Node has built in, and the same in both cases. It speaks HTTP by hand,
// since Node's own client takes longer to be loaded than the question takes.

import { connect } from 'node:net'

const [path, body] = process.argv.slice(2)
if (path !== undefined && body !== undefined) {
  let text = ''
  const socket = connect({ path })
  socket.setEncoding('utf8')
  socket.on('data', (part) => (text += part))
  socket.once('error', (error) => {
    process.stderr.write(error.message)
    process.exitCode = 1
  })
  socket.once('end', () => {
    process.stdout.write(text.slice(text.indexOf('\r\n\r\n') + 4))
    process.exitCode = text.startsWith('HTTP/1.1 200 ') ? 0 : 1
  })
  socket.write(
    `POST /v1/send HTTP/1.1\r\nhost: daemon\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
