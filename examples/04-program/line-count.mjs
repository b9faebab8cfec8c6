// Any program can carry a task out: the operation comes as JSON on standard input, the result goes to standard output.
const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const { signal } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
const { text } = signal.data
if (typeof text !== 'string') {
  console.error('there is no text to count')
  process.exit(1)
}
console.log(JSON.stringify({ lines: text.split('\n').length, agent: process.env.OPSCHART_AGENT }))
