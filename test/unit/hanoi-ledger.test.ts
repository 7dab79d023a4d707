import { describe, expect, test } from 'vitest';
import { readHanoiPlan } from '../../src/trials/hanoi.ts';
import { replay } from '../../src/trials/hanoi-ledger.ts';

const SOLVED = [
  'a 1 A C 2,1// 2//1',
  'b 2 A B 2//1 /2/1',
  'c 1 C B /2/1 /2,1/',
  'd 1 B A /2,1/ 1/2/',
  'e 2 B C 1/2/ 1//2',
  'f 1 A C 1//2 //2,1',
];
const SHORT = ['a 1 A B 2,1// 2/1/', 'b 2 A C 2/1/ /1/2', 'c 1 B C /1/2 //2,1'];
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
const faultsOf = (lines: readonly string[]) => replay(text(lines), 2).faults;

describe('a ledger of the towers of Hanoi', () => {
  test('that solves the tower has no faults', () => {
    expect(replay(text(SHORT), 2)).toEqual({ ids: ['a', 'b', 'c'], faults: [] });
  });

  test('with a move made twice is at fault', () => {
    expect(faultsOf([SHORT[0] ?? '', ...SHORT])).toContain('a stands there twice');
  });

  test('with a hole is at fault', () => {
    expect(faultsOf([SHORT[0] ?? '', SHORT[2] ?? ''])).toEqual([
      'c began with /1/2, it should be 2/1/',
      '2 moves, it should be 3',
      expect.stringContaining('it ends with'),
    ]);
  });

  test('with more moves than it takes is at fault, though each is allowed', () => {
    expect(faultsOf(SOLVED)).toEqual(['6 moves, it should be 3']);
  });

  test('with a larger disc on a smaller one, or one taken from below another, is at fault', () => {
    expect(faultsOf(['a 1 A B 2,1// 2/1/', 'b 2 A B 2/1/ /1,2/'])[0]).toBe('b is against the rules: disc 2 from A to B of 2/1/');
    expect(faultsOf(['a 2 A B 2,1// 1/2/'])[0]).toBe('a is against the rules: disc 2 from A to B of 2,1//');
  });

  test('with a line that is not whole is at fault', () => {
    expect(replay(`${text(SHORT)}d 1`, 2).faults).toContain('the last line is not whole');
  });
});

test('the words of the trial: numbers by name, and nothing else', () => {
  expect(readHanoiPlan(['--discs=7', '--kills=5'], 3)).toEqual({ discs: 7, kills: 5, redis: 10, seed: 3 });
  expect(() => readHanoiPlan(['--fast'], 3)).toThrow('`--fast` is no word of this trial');
});
