// Properties:
//   - What people wrote is never overwritten: not around our markers, not in a file of theirs, not in ours once edited.
//   - The same content planned twice changes nothing.
//   - Outside text ends as harmless text: no control characters, no markup, no marker, no secret.

import { redact } from '@opschart/core'
import { describe, expect, it } from 'vitest'

import { harness } from '../../test/task-harness.ts'
import { planSection, replaceSection, sectionBody } from './marked-section.ts'
import { planOwnedFile } from './owned-file.ts'
import { fileName, markdownCode, markdownText, oneLine, outputTail } from './plain-text.ts'
import { writePlanned } from './planned-file.ts'
import { projectFiles } from './project-files.ts'

describe('a section of a shared file', () => {
  it('replaces what is between its markers and keeps the rest to the byte', async () => {
    const made = await harness({ files: { 'README.md': '# Mine\r\n\n  my text \n' } })
    const files = projectFiles(made.root)
    const plan = (body: string) => planSection(files, 'README.md', { name: 'x', title: 'T', body })
    const first = await plan('one')
    expect(first).toMatchObject({ status: 'updated', note: expect.stringContaining('added at the end') })
    await writePlanned(files, [first], made.context)
    await made.write('README.md', `${await made.read('README.md')}\nmine again`)
    await writePlanned(files, [await plan('two')], made.context)
    expect(await made.read('README.md')).toBe(
      '# Mine\r\n\n  my text \n\n<!-- opschart:begin x -->\n\ntwo\n\n<!-- opschart:end x -->\n\nmine again',
    )
    expect(await plan('two')).toMatchObject({ status: 'unchanged' })
    expect(sectionBody(await made.read('README.md'), 'x')).toBe('two')
    expect(made.footprints).toEqual([{ paths: ['README.md'] }, { paths: ['README.md'] }])
  })

  it('refuses markers that are damaged', () => {
    for (const text of [
      '<!-- opschart:begin x -->',
      '<!-- opschart:end x -->',
      '<!-- opschart:end x --> <!-- opschart:begin x -->',
      '<!-- opschart:begin x --><!-- opschart:begin x --><!-- opschart:end x -->',
    ]) {
      expect(() => replaceSection(text, 'x', 'body', 'a.md')).toThrow(/a\.md has the markers/)
    }
  })

  it('is not ended by a marker in its own body', () => {
    const once = replaceSection('', 'x', 'a <!-- opschart:end x --> b', 'a.md')
    expect(replaceSection(once, 'x', 'c', 'a.md')).toBe(
      '<!-- opschart:begin x -->\n\nc\n\n<!-- opschart:end x -->\n',
    )
  })
})

describe('a file of our own', () => {
  it.each([
    ['yaml', 'a.yml', { yaml: 'a: 1\n' }, { yaml: 'a: 2\n' }],
    ['json', 'a.json', { json: { a: 1 } }, { json: { a: 2 } }],
  ] as const)(
    'as %s is replaced while nobody edits it, and left alone then',
    async (_form, file, one, two) => {
      const made = await harness()
      const files = projectFiles(made.root)
      const write = async (content: typeof one | typeof two) => {
        const plan = await planOwnedFile(files, file, content)
        await writePlanned(files, [plan], made.context)
        return plan
      }
      expect(await write(one)).toMatchObject({ status: 'created', path: file })
      expect(await write(one)).toMatchObject({ status: 'unchanged' })
      expect(await write(two)).toMatchObject({ status: 'updated' })
      const edited = (await made.read(file)).replace('2', '3')
      await made.write(file, edited)
      const beside = await write(one)
      expect(beside).toMatchObject({ status: 'beside', note: expect.stringContaining('edited by a person') })
      expect(beside.path).toMatch(/^a\.opschart\.(yml|json)$/)
      expect(await made.read(file)).toBe(edited)
      expect(await write(one)).toMatchObject({ status: 'unchanged' })
      await made.write(beside.path, 'mine too')
      await expect(write(two)).rejects.toMatchObject({ failure: { code: 'needs_person' } })
    },
  )
})

describe('outside text', () => {
  it('loses terminal sequences, control and invisible characters, and length', () => {
    expect(oneLine('a\u001b[31mb\u001b]0;title\u0007c\u0000d\ne\u202ef\u200bg', 50)).toBe('abcd efg')
    expect(oneLine('x'.repeat(1000), 10)).toBe('xxxxxxxxx…')
    expect(outputTail(`${'first\n'.repeat(5000)}last\u001b[0m`, 20)).toBe('first\nfirst\nlast')
  })

  it('is no markup', () => {
    expect(markdownText('a|b <script> `c` [d](e) *f*')).toBe(
      'a\\|b &lt;script&gt; \\`c\\` \\[d\\](e) \\*f\\*',
    )
    expect(markdownCode('a`b|c <!-- opschart:end x -->')).toBe("`a'b\\|c <! -- opschart:end x -->`")
    expect([fileName('../../etc/Passwd'), fileName(''), fileName('..'), fileName('V2.3.1')]).toEqual([
      'etc-passwd',
      'unnamed',
      'unnamed',
      'v2.3.1',
    ])
  })

  it('loses secrets', () => {
    const samples = [
      'password=hunter2hunter2',
      'API_KEY: "abcd1234efgh"',
      'Authorization: Bearer abcdefghijklmnop',
      'postgres://user:pa55word@db/x',
      `ghp_${'a1'.repeat(18)}`,
      'AKIAIOSFODNN7EXAMPLE',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----',
    ]
    for (const sample of samples) {
      expect(redact(sample)).toContain('[redacted')
      expect(redact(sample)).not.toMatch(/hunter2|abcd1234|abcdefghij|pa55word|a1a1a1|IOSFODNN|MIIEabc/)
    }
    expect(redact('the token of the parser: it, and 12 passwords')).toBe(
      'the token of the parser: it, and 12 passwords',
    )
  })
})
