import { describe, expect, it } from 'vitest'
import { OptionError } from '../errors.ts'
import type { GenerateOptions } from './options.ts'
import { resolveOptions } from './resolve-options.ts'
import type { TokenizedSource } from './source-batches.ts'
import { TargetRules } from './target-rules.ts'
import { spaceTokenizer } from './testing/tiny-models.ts'

const tokenizer = spaceTokenizer('p q r s t')
const source: TokenizedSource = { index: 1, text: 'a', tokens: ['a', '<eos>'], ids: Int32Array.of(4) }

function rulesOf(options: GenerateOptions, limit?: number): TargetRules {
  return new TargetRules(resolveOptions(options), tokenizer, 2, limit)
}

describe('target rules', () => {
  it.each([
    ['forcedFirst', { forcedFirst: 'z' }, /'z' is no token of the target's vocabulary/],
    ['forcedFirst', { forcedFirst: '<eos>' }, /special tokens go by their ids/],
    ['forcedLast', { forcedLast: 9 }, /9 is no token id: they go from 0 to 8/],
    ['suppressTokens', { suppressTokens: ['p', 0] }, /<pad> is never generated/],
    ['tokenBias', { tokenBias: [[2, 1]] }, /<sos> is never generated/],
    ['forcedFirst', { forcedFirst: 'p', suppressTokens: [4] }, /token 4 is forced and suppressed/],
    ['forcedFirst', { forcedFirst: 3, minLength: 1 }, /<eos> comes before minLength 1/],
    ['forcedLast', { forcedLast: 3, minLength: 4, maxLength: 4 }, /<eos> comes before minLength 4/],
    ['replaceUnknown', { replaceUnknown: true, suppressTokens: [1] }, /<unk> is suppressed/],
    ['targetPrefix', { targetPrefix: ['p'] }, /1 prefixes are given for 2 sources/],
    ['targetPrefix', { targetPrefix: [4, 3] }, /<eos> ends a target/],
    ['targetPrefix', { targetPrefix: [Int32Array.of(4), [11]] }, /11 is no token id/],
  ] as readonly (readonly [string, GenerateOptions, RegExp])[])(
    'refuse %s in %o',
    (option, options, problem) => {
      expect(() => rulesOf(options)).toThrow(OptionError)
      expect(() => rulesOf(options)).toThrow(problem)
      expect(() => rulesOf(options)).toThrow(new RegExp(`^${option}: `))
    },
  )

  it.each([
    [{ mustContain: () => ['p z'] }, /does not hold all tokens of 'p z'/],
    [{ mustContain: ['p z'] }, /does not hold all tokens of 'p z'/],
    [{ mustContain: ['p', ''] }, /a phrase has no tokens/],
    [{ mustContain: [[4, 3]] }, /<eos> ends a target/],
    [{ mustContain: ['p'], suppressTokens: ['p'] }, /token 4 must occur and is suppressed/],
    [{ mustContain: ['p q r'], maxLength: 2 }, /3 tokens must occur, but maxLength 2 has no room/],
    [{ mustContain: ['p q'], maxLength: 2, forcedLast: 3 }, /has no room/],
    [{ mustContain: () => 'p' as never }, /for source 1 it gives no list/],
  ] as readonly (readonly [GenerateOptions, RegExp])[])('refuse %o', (options, problem) => {
    const all = { beams: 2, maxLength: 9, ...options }
    const read = () => rulesOf(all).constraintsFor(source, all.maxLength ?? 9)
    expect(read).toThrow(OptionError)
    expect(read).toThrow(problem)
  })

  it('refuse phrases of all sources before any is read', () => {
    expect(() => rulesOf({ beams: 2, mustContain: ['z'] })).toThrow(/does not hold all tokens of 'z'/)
    expect(() => rulesOf({ beams: 2, mustContain: ['p p'], maxLength: 1 })).toThrow(/has no room/)
  })

  it('keep to what the model can write', () => {
    expect(rulesOf({}, 20).maxLengthFor(source)).toBe(20)
    expect(rulesOf({ targetPrefix: 'p q' }, 20).maxLengthFor(source)).toBe(18)
    expect(rulesOf({ maxLength: 5 }, 20).maxLengthFor(source)).toBe(5)
    expect(rulesOf({}).maxLengthFor(source)).toBe(54)
    expect(() => rulesOf({ maxLength: 21 }, 20)).toThrow(
      /^maxLength: 21, but the model writes at most 20 tokens/,
    )
    expect(() => rulesOf({ minLength: 21 }, 20)).toThrow(/^minLength: /)
    expect(() => rulesOf({ targetPrefix: ['', 'p q'] }, 2)).toThrow(/^targetPrefix: /)
  })

  it('read prefixes and phrases by source, as text or ids', () => {
    expect([...rulesOf({ targetPrefix: 'p z' }).prefixFor(source)]).toEqual([4, 1])
    expect([...rulesOf({ targetPrefix: ['p', [5, 6]] }).prefixFor(source)]).toEqual([5, 6])
    expect([...rulesOf({ targetPrefix: [5, 6] }).prefixFor(source)]).toEqual([5, 6])
    const rules = rulesOf({ beams: 2, mustContain: ({ text }) => (text === 'a' ? ['q r'] : []) })
    expect(rules.constraintsFor(source, 9)!.start.missing).toBe(2)
    expect(rules.constraintsFor({ ...source, text: 'b' }, 9)).toBeUndefined()
  })
})
