// Properties:
//   - What looks like a secret is taken out, wherever it stands; what speaks of secrets stays.
//   - What is redacted already stays as it is: text goes through more than one door.
//   - The time is linear, whatever the text.

import { describe, expect, it } from 'vitest'

import { redact, redactJson } from './redact.ts'

describe('redacting', () => {
  it.each([
    ['password=hunter2hunter2', 'password=[redacted]'],
    ['"client_secret": "abcd1234efgh", "a": 1', '"client_secret": [redacted], "a": 1'],
    ['API_KEY: abcd1234efgh', 'API_KEY: [redacted]'],
    ['authorization: Bearer abcdefghijklmnop', 'authorization: Bearer [redacted]'],
    ['Authorization: abcdefghijklmnop', 'Authorization: [redacted]'],
    ['Set-Cookie: session=abcdef; Path=/', 'Set-Cookie: [redacted]'],
    ['https://me:pa55word@example.test/x', 'https://me:[redacted]@example.test/x'],
    [`pushed with ghp_${'a1'.repeat(18)}!`, 'pushed with [redacted]!'],
    [`${'AKIA'}IOSFODNN7EXAMPLE`, '[redacted]'],
    [`eyJ${'a'.repeat(20)}.${'b'.repeat(40)}.${'c'.repeat(20)}`, '[redacted]'],
    [`-----BEGIN RSA ${'PRIVATE'} KEY-----\nMIIEabc\n-----END RSA ${'PRIVATE'} KEY-----`, '[redacted key]'],
  ])('of %j leaves %j', (text, expected) => {
    expect(redact(text)).toBe(expected)
    expect(redact(expected)).toBe(expected)
  })

  it.each([
    'the token of the parser: it, and 12 passwords',
    'ALTER TABLE users ADD COLUMN password text NOT NULL',
    `commit ${'a1'.repeat(20)} on feature/token-bucket`,
    'a basic test of cookies',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text)
  })

  it('looks into values, and at the names of members', () => {
    expect(
      redactJson({ list: ['token=abcdef', 1, null], deep: { db_password: 'x y', tokens: 'two', token: 3 } }),
    ).toEqual({
      list: ['token=[redacted]', 1, null],
      deep: { db_password: '[redacted]', tokens: 'two', token: 3 },
    })
  })

  it('knows the names that programs give their secrets', () => {
    const hidden = [
      'accessToken',
      'dbPassword',
      'clientSecret',
      'apiKey',
      'OPENAI_API_KEY',
      'X-Auth-Token',
      'JWTToken',
    ]
    const shown = ['tokenizer', 'secretary', 'passwordless', 'cookies', 'maxTokens', 'authorizationUrl']
    for (const name of hidden) expect(redactJson({ [name]: 'x y' })).toEqual({ [name]: '[redacted]' })
    for (const name of shown) expect(redactJson({ [name]: 'x y' })).toEqual({ [name]: 'x y' })
    // As Node gives headers.
    expect(redactJson({ 'set-cookie': ['a=b', ['c'], 1, '', { d: 'e' }] })).toEqual({
      'set-cookie': ['[redacted]', ['[redacted]'], 1, '', { d: 'e' }],
    })
  })

  it.each([
    'eyJaaaaaaaa.',
    'eyJ-',
    '-----BEGIN PRIVATE KEY-----',
    'password',
    'token   ',
    '://a',
    '://:',
    'Basic ',
    'cookie: ',
    'cookie:"',
    'sk-',
    'secret=a',
    ' ',
    'a',
  ])('comes to an end with a million characters of %j', (part) => {
    // A quadratic expression takes hours for it.
    const text = part.repeat(Math.ceil(1_000_000 / part.length))
    expect(redact(`${text} the end`)).toMatch(/the end$|\[redacted(?: key)?\]$/)
  })
})
