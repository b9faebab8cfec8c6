import { request } from 'node:http'

/** Real requests to the service, until stopped. */
export interface Load {
  readonly sent: () => number
  stop(): Promise<void>
}

/** One in so many requests asks for what the defects break. */
const paths = [
  '/orders',
  '/quote?amount=100&coupon=SPRING',
  '/shipping?country=DE',
  '/invoice?order=1',
  '/quote?amount=40',
  '/quote?amount=80&coupon=WELCOME',
  '/orders',
  '/shipping?country=NO',
  '/invoice?order=2',
  '/shipping?country=IE',
  '/quote?amount=15&coupon=FRIENDS',
  '/shipping?country=AT',
  '/orders',
  '/invoice?order=3',
  '/quote?amount=60&coupon=SPRING',
]

/** Sends about `rate` requests a second, in turn, whatever is answered. */
export function startLoad(port: number, rate: number): Load {
  let sent = 0
  let stopped = false
  const open = new Set<Promise<void>>()
  const one = (path: string): Promise<void> =>
    new Promise((resolve) => {
      const call = request({ host: '127.0.0.1', port, path, timeout: 2_000 }, (answer) => {
        answer.resume()
        answer.once('close', resolve)
      })
      call.once('error', () => resolve())
      call.once('timeout', () => call.destroy())
      call.end()
    })
  const timer = setInterval(() => {
    if (stopped || open.size > 50) return
    const call = one(paths[sent % paths.length]!).finally(() => open.delete(call))
    open.add(call)
    sent += 1
  }, 1_000 / rate)
  return {
    sent: () => sent,
    async stop() {
      stopped = true
      clearInterval(timer)
      await Promise.all(open)
    },
  }
}
