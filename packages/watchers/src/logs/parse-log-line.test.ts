// Properties:
//   - Each usual dialect gives the same entry: time, level, message, request, stack, version.
//   - Whatever the line, the entry's texts are bounded and harmless, and the time to read it is linear.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLogLine } from './parse-log-line.ts'

const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const arrival = Date.UTC(2026, 0, 2, 4)
const parse = (line: string) => parseLogLine(line, { file: 'app.log', offset: 7, arrival })
const json = (value: unknown) => parse(JSON.stringify(value))

describe('JSON lines', () => {
  it.each([
    [
      'pino',
      {
        level: 50,
        time,
        pid: 1,
        hostname: 'h',
        msg: 'failed',
        req: { method: 'GET', url: '/orders/1?q=secret' },
        res: { statusCode: 502 },
        responseTime: 12.5,
      },
    ],
    [
      'bunyan',
      {
        v: 0,
        level: 50,
        time: '2026-01-02T03:04:05.678Z',
        msg: 'failed',
        method: 'GET',
        path: '/orders/1',
        status: 502,
        duration: 12.5,
      },
    ],
    [
      'winston',
      {
        level: 'error',
        timestamp: '2026-01-02T03:04:05.678Z',
        message: 'failed',
        method: 'get',
        url: 'https://shop.example/orders/1#x',
        statusCode: '502',
        durationMs: 12.5,
      },
    ],
    [
      'ECS, nested',
      {
        '@timestamp': '2026-01-02T03:04:05.678Z',
        log: { level: 'ERROR' },
        message: 'failed',
        http: { request: { method: 'GET' }, response: { status_code: 502 } },
        url: { path: '/orders/1' },
        event: { duration: 12_500_000 },
      },
    ],
    [
      'ECS, flat',
      {
        '@timestamp': '2026-01-02T03:04:05.678Z',
        'log.level': 'error',
        message: 'failed',
        'http.request.method': 'GET',
        'http.response.status_code': 502,
        'url.path': '/orders/1',
        'event.duration': 12_500_000,
      },
    ],
    [
      'structlog and nginx',
      {
        ts: time / 1000,
        severity: 'critical',
        event: 'failed',
        'http.status_code': 502,
        request_method: 'GET',
        uri: '/orders/1?x',
        request_time: '0.0125',
      },
    ],
    [
      'Docker',
      {
        log: `${JSON.stringify({ level: 'error', time, msg: 'failed', method: 'GET', route: '/orders/1', status: 502, latency_ms: '12.5ms' })}\n`,
        stream: 'stdout',
        time: '2026-01-02T05:00:00Z',
      },
    ],
  ])('of %s', (_name, value) => {
    expect(json(value)).toMatchObject({
      time,
      level: 'error',
      message: 'failed',
      status: 502,
      method: 'GET',
      route: '/orders/1',
      duration: 12.5,
      file: 'app.log',
      offset: 7,
    })
  })

  it('keep stack, version and the other scalar members, bounded and sorted', () => {
    const entry = json({
      level: 'error',
      msg: 'x',
      version: 'v1.2.3',
      err: { type: 'TypeError', message: 'bad', stack: 'TypeError: bad\n    at f (a.js:1:2)\n\tat g' },
      user: { tier: 'gold', deep: { er: { too: { far: 1 } } } },
      list: [1],
      none: null,
      flag: true,
      long: 'y'.repeat(1_000),
    })
    expect(entry).toMatchObject({ stack: 'TypeError: bad\n    at f (a.js:1:2)\n  at g', version: 'v1.2.3' })
    expect(Object.keys(entry.fields)).toEqual(['err.message', 'err.type', 'flag', 'long', 'user.tier'])
    expect(entry.fields['long']).toHaveLength(200)
    expect(
      Object.keys(json(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`k${at}`, at]))).fields),
    ).toHaveLength(32)
  })

  it('imply a level from status and stack, and a message from the request', () => {
    expect(json({ method: 'GET', url: '/a', status: 404 })).toMatchObject({
      level: 'warn',
      message: 'GET /a 404',
    })
    expect(json({ msg: 'x', stack: 'Error: x\n at y' })).toMatchObject({ level: 'error' })
    expect(json({ msg: 'x', path: '/etc/file' })).not.toHaveProperty('route')
    expect(json({ level: 4, msg: 'syslog says warning' })).toMatchObject({ level: 'warn', time: arrival })
  })

  it('do not reach a prototype', () => {
    const entry = parse(
      '{"msg":"x","__proto__":{"status":500},"constructor":{"name":"y"},"a":{"__proto__":"z"}}',
    )
    expect(entry).not.toHaveProperty('status')
    expect(Object.getPrototypeOf(entry.fields)).toBe(Object.prototype)
    expect(entry.fields).toEqual({ 'constructor.name': 'y' })
  })

  it('that were cut keep the members that are whole', () => {
    const whole = JSON.stringify({
      level: 'error',
      time,
      msg: 'a "quoted", {word}',
      ctx: { a: [1, 2] },
      stack: 'x'.repeat(100),
    })
    expect(parse(whole.slice(0, -40))).toMatchObject({
      level: 'error',
      time,
      message: 'a "quoted", {word}',
      fields: {},
    })
  })

  it('of a service carry its name, whatever they say', () => {
    const entry = parseLogLine('{"msg":"x","service":"other"}', {
      file: 'a',
      offset: 0,
      arrival,
      service: 'shop',
    })
    expect(entry.fields['service']).toBe('shop')
  })
})

describe('other formats', () => {
  it('Common and Combined Log Format', () => {
    const common = '192.0.2.7 - ada [02/Jan/2026:04:04:05 +0100] "GET /orders/1?q=\\"x HTTP/1.1" 502 1234'
    expect(parse(common)).toMatchObject({
      time: Date.UTC(2026, 0, 2, 3, 4, 5),
      level: 'error',
      message: 'GET /orders/1 502',
      status: 502,
      method: 'GET',
      route: '/orders/1',
      fields: { bytes: 1234, client: '192.0.2.7', user: 'ada' },
    })
    expect(parse(`shop.example:443 ${common} "-" "curl/8 (x; \\"y\\")" 0.250`)).toMatchObject({
      status: 502,
      duration: 250,
      fields: { host: 'shop.example:443', agent: 'curl/8 (x; \\"y\\")' },
    })
    expect(parse('192.0.2.7 - - [02/Jan/2026:04:04:05 +0100] "\\x16\\x03" 400 -')).toMatchObject({
      status: 400,
      level: 'warn',
    })
  })

  it('logfmt', () => {
    expect(
      parse(
        'ts=2026-01-02T03:04:05.678Z level=error msg="it \\"broke\\"" method=GET path=/a?b status=500 duration=1.5s org=7',
      ),
    ).toMatchObject({
      time,
      level: 'error',
      message: 'it "broke"',
      method: 'GET',
      route: '/a',
      status: 500,
      duration: 1_500,
      fields: { org: '7' },
    })
    expect(parse('a=b is not logfmt')).toMatchObject({ message: 'a=b is not logfmt', level: 'info' })
  })

  it.each([
    ['2026-01-02T03:04:05.678Z ERROR it broke', time],
    ['[2026-01-02 03:04:05,678+00:00] [error] it broke', time],
    ['2026/01/02 03:04:05.678 Z ERROR: it broke', time],
    ['ERROR 2026-01-02T04:04:05.678+0100 it broke', time],
    ['error: it broke', arrival],
    ['2026-01-02T03:04:05.678Z stdout F [ERROR] it broke', time],
    ['<11>1 2026-01-02T03:04:05.678Z it broke', time],
  ])('text: %s', (line, expected) => {
    expect(parse(line)).toMatchObject({ time: expected, level: 'error', message: 'it broke' })
  })

  it('text with times that lack a zone or a year', () => {
    const local = new Date(2026, 0, 2, 3, 4, 5).getTime()
    expect(parse('2026-01-02 03:04:05 WARN hot')).toMatchObject({
      time: local,
      level: 'warn',
      message: 'hot',
    })
    expect(parse('Jan  2 03:04:05 host app[12]: it runs')).toMatchObject({
      time: local,
      level: 'info',
      message: 'host app[12]: it runs',
    })
    expect(parse('Dec 31 23:59:59 host app: old')).toMatchObject({
      time: new Date(2025, 11, 31, 23, 59, 59).getTime(),
    })
    expect(parse('E0102 03:04:05.000000 1 main.go:7] broke')).toMatchObject({
      time: local,
      level: 'error',
      message: '1 main.go:7] broke',
    })
    expect(parse('2026-13-45 99:99:99 not a time')).toMatchObject({ time: arrival })
  })

  it('text that tells of a request or names an exception', () => {
    expect(parse('GET /orders/1?x=1 503 12.3 ms - 17')).toMatchObject({
      level: 'error',
      status: 503,
      method: 'GET',
      route: '/orders/1',
      duration: 12.3,
    })
    expect(parse('INFO:     127.0.0.1:5000 - "POST /a HTTP/1.1" 201 Created')).toMatchObject({
      level: 'info',
      status: 201,
      method: 'POST',
      route: '/a',
    })
    expect(parse('TypeError: x is not a function')).toMatchObject({
      level: 'error',
      message: 'TypeError: x is not a function',
    })
    expect(parse('Error: no such file')).toMatchObject({ level: 'error', message: 'Error: no such file' })
    expect(parse('java.lang.IllegalStateException: x')).toMatchObject({ level: 'error' })
    expect(parse('Errors are handled here')).toMatchObject({ level: 'info' })
  })
})

describe('any line', () => {
  it('gives an entry that is bounded and harmless', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.json(),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
    )
    fc.assert(
      fc.property(text, (line) => {
        const entry = parse(line)
        expect(entry.message.length).toBeLessThanOrEqual(2_000)
        expect(JSON.stringify(entry).length).toBeLessThan(30_000)
        expect(entry.message).not.toMatch(/[\p{Cc}\u202e]/u)
        expect(entry.message.isWellFormed()).toBe(true)
        expect(Number.isSafeInteger(entry.time)).toBe(true)
      }),
      { numRuns: 300, seed: 20_260_101 },
    )
  })

  it.each([
    ['quotes', '"GET '.repeat(13_000)],
    ['braces', '{"a":'.repeat(13_000)],
    ['backslashes', `1.2.3.4 - - [02/Jan/2026:04:04:05 +0100] "${'\\'.repeat(64_000)}`],
    ['equals signs', `a=${'"\\'.repeat(32_000)}`],
    ['brackets', '['.repeat(64_000)],
    ['spaces', `ERROR${' '.repeat(64_000)}x`],
    ['letters', 'A'.repeat(64_000)],
    ['escapes', '\u001b['.repeat(32_000)],
    ['wrappers', '2026-01-02T03:04:05.678Z stdout F '.repeat(2_000)],
    ['dots', `a${'.a'.repeat(32_000)}`],
  ])('of many %s is read in time', (_name, line) => {
    const begin = process.cpuUsage()
    for (let round = 0; round < 5; round += 1) parse(line)
    const { user, system } = process.cpuUsage(begin)
    // Linear is a few milliseconds; quadratic would be many seconds.
    expect((user + system) / 1000).toBeLessThan(2_000)
  })
})
