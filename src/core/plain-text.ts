/** Sequences that paint, move or title, by their form (ECMA-48): CSI, the strings (OSC, DCS, SOS, PM, APC), and short escapes. */
const SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|\x1b$/g;
/** A sequence that puts the cursor into another line ends a line here. */
const MOVES = /\x1b\[[0-9;]*[HfABEFd]/g;

/** The last lines of a terminal's output as plain text: no colours, no moves; of a line that was overwritten what stood there last. */
export function plainText(output: string, lines: number): string {
  const text = output.replace(MOVES, '\n').replace(SEQUENCES, '').replace(/\r+\n/g, '\n');
  const shown = text.split('\n').map((line) =>
    overwritten(line)
      .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
      .trimEnd(),
  );
  const joined = shown.filter((line, i) => line !== '' || (i > 0 && shown[i - 1] !== ''));
  while (joined.at(-1) === '') joined.pop();
  return joined.slice(-lines).join('\n');
}

/** The end of a terminal's output in so many bytes at most, from the beginning of a line or of a sequence: half of one would be read as text. */
export function outputEnd(output: Uint8Array, most: number): string {
  if (output.length <= most) return new TextDecoder().decode(output);
  const end = output.subarray(-most);
  const from = end.findIndex((byte) => byte === 0x0a || byte === 0x1b);
  return new TextDecoder().decode(end.subarray(Math.max(0, from)));
}

/** A carriage return goes to the beginning: what follows covers what stood there. */
function overwritten(line: string): string {
  if (!line.includes('\r')) return line;
  return line.split('\r').reduce((under, over) => over + under.slice(over.length), '');
}
