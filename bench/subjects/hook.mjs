// A short process such as a coding host starts at each prompt: it asks the daemon over its socket and ends, or only
// ends. It imports nothing but what Node has built in, and the same in both cases.

import { request } from 'node:http'

const [socket, body] = process.argv.slice(2)
if (socket !== undefined && body !== undefined) {
  const asked = request(
    {
      socketPath: socket,
      method: 'POST',
      path: '/v1/send',
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    },
    (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => (text += part))
      response.once('end', () => {
        process.stdout.write(text)
        process.exitCode = response.statusCode === 200 ? 0 : 1
      })
    },
  )
  asked.once('error', (error) => {
    process.stderr.write(error.message)
    process.exitCode = 1
  })
  asked.end(body)
}
