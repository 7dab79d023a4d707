/** A terminal's output as no program would write it: from a seed, every kind of sequence that a screen knows, and some that none knows. */
import fc from 'fast-check';

const ESC = '\x1b';
const text = fc.constantFrom(
  'a',
  'hello world ',
  'x'.repeat(30),
  'é',
  'e\u0301',
  '\u0301',
  '你好',
  '👍',
  '👩\u200d💻',
  ' ',
  '\t',
  '\r\n',
  '\r',
  '\n',
  '\b',
  'qqxx',
  '─│',
  '🇩🇪',
  '한',
);
const small = fc.integer({ min: 0, max: 14 });
const sgrCode = fc.oneof(
  fc.constantFrom(
    '0',
    '1',
    '2',
    '3',
    '4',
    '4:3',
    '4:5',
    '5',
    '7',
    '8',
    '9',
    '21',
    '22',
    '24',
    '27',
    '39',
    '49',
    '53',
    '58:5:99',
    '58:2::1:2:3',
    '38;5;3',
    '38;5;200',
    '48;2;9;8;7',
  ),
  fc.integer({ min: 30, max: 37 }).map(String),
  fc.integer({ min: 90, max: 107 }).map(String),
);
const sgr = fc.array(sgrCode, { maxLength: 4 }).map((codes) => `${ESC}[${codes.join(';')}m`);
const move = fc
  .tuple(small, small, fc.constantFrom('H', 'A', 'B', 'C', 'D', 'G', 'd', 'E', 'F', 'I', 'Z', 'f'))
  .map(([a, b, f]) => `${ESC}[${f === 'H' || f === 'f' ? `${a};${b * 3}` : a}${f}`);
const far = fc.constantFrom(`${ESC}[999C`, `${ESC}[999;999H`, `${ESC}[40G`, `${ESC}[39G`, `${ESC}[H`);
const edit = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('J', 'K', 'X', 'P', '@', 'L', 'M', 'S', 'T', 'b'))
  .map(([n, f]) => `${ESC}[${f === 'J' ? Math.min(n, 2) : n}${f}`);
const region = fc.tuple(small, small).map(([a, b]) => `${ESC}[${a};${b}r`);
const mode = fc
  .tuple(
    fc.constantFrom(
      1,
      5,
      6,
      7,
      9,
      12,
      25,
      45,
      66,
      1000,
      1002,
      1003,
      1004,
      1006,
      1016,
      2004,
      2026,
      2031,
      47,
      1047,
      1048,
      1049,
      1049,
    ),
    fc.constantFrom('h', 'l'),
  )
  .map(([n, f]) => `${ESC}[?${n}${f}`);
const other = fc.constantFrom(
  `${ESC}7`,
  `${ESC}8`,
  `${ESC}[s`,
  `${ESC}[u`,
  `${ESC}M`,
  `${ESC}D`,
  `${ESC}E`,
  `${ESC}H`,
  `${ESC}[g`,
  `${ESC}[3g`,
  `${ESC}(0`,
  `${ESC}(B`,
  `${ESC})0`,
  '\x0e',
  '\x0f',
  `${ESC}=`,
  `${ESC}>`,
  `${ESC}[4h`,
  `${ESC}[4l`,
  `${ESC}[!p`,
  `${ESC}[3 q`,
  `${ESC}[0 q`,
  `${ESC}[>1u`,
  `${ESC}[<u`,
  `${ESC}[=5;2u`,
  `${ESC}[>4;2m`,
  `${ESC}[>4m`,
  `${ESC}[22;0t`,
  `${ESC}[23;0t`,
  `${ESC}]0;title ä${ESC}\\`,
  `${ESC}]2;other\x07`,
  `${ESC}]4;1;rgb:1/2/3\x07`,
  `${ESC}]104\x07`,
  `${ESC}]11;#123456\x07`,
  `${ESC}]111\x07`,
  `${ESC}]8;;http://a/\x07`,
  `${ESC}]8;id=7;http://b/\x07`,
  `${ESC}]8;;\x07`,
  `${ESC}P+q544e${ESC}\\`,
  `${ESC}_app${ESC}\\`,
  `${ESC}[1"q`,
  `${ESC}[0"q`,
  `${ESC}#8`,
  `${ESC}[?1;2$p`,
  `${ESC}[c`,
  '\x18',
  `${ESC}[31`,
  '\u009b32m',
  `${ESC}[5\r;3H`,
);
const rare = fc.constantFrom(`${ESC}c`, '\n'.repeat(30));
const junk = fc.uint8Array({ maxLength: 4 });

/** Streams of up to `length` pieces. */
export function fuzzed(length: number): fc.Arbitrary<Buffer> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 4, arbitrary: fc.oneof(sgr, move, far, edit) },
    { weight: 3, arbitrary: fc.oneof(region, mode, other) },
  );
  const bytes = fc.oneof(
    { weight: 40, arbitrary: piece.map((one) => Buffer.from(one)) },
    { weight: 1, arbitrary: rare.map((one) => Buffer.from(one)) },
    { weight: 1, arbitrary: junk.map((one) => Buffer.from(one)) },
  );
  return fc.array(bytes, { maxLength: length, size: 'max' }).map((all) => Buffer.concat(all));
}
