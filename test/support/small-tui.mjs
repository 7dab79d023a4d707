// A small agent program on a real terminal: `node small-tui.mjs LOG DEBOUNCE SEED`. Redraws its frame every 80 ms, takes an Enter within DEBOUNCE ms of a
// paste for a new line, works after each text, and opens dialogs by the seed. LOG gets a line of JSON for each text that is sent and each Enter that a
// dialog took. A dialog counts an Enter only when the terminal has answered a question that was printed after the dialog: whoever pressed it then had the
// dialog before their eyes, however slow the machine is. One that was on its way goes to the input.
import { appendFileSync } from 'node:fs';

const [log, debounce, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
let state = seed | 0;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  return (state >>> 0) / 2 ** 32;
};
const note = (what) => appendFileSync(log, `${JSON.stringify(what)}\n`);

let draft = '';
let pastedAt = 0;
let isBusy = false;
let dialog = '';
let isSeen = false;
let count = 0;

function draw() {
  const spin = '⠋⠙⠹⠸'[count++ % 4];
  const input = draft.split('\n');
  const shown = input.length > 8 ? [`[Pasted ${input.length} lines]`] : input;
  const prompt =
    draft === '' ? '❯ \x1b[2mTry something\x1b[22m' : shown.map((line, at) => `${at === 0 ? '❯' : ' '} ${line}`).join('\r\n');
  const rule = '─'.repeat(40);
  const foot = isBusy ? `${spin} esc to interrupt` : '? for shortcuts';
  const body = dialog || `${rule}\r\n${prompt}\r\n${rule}\r\n${foot}`;
  process.stdout.write(`\x1b[?2026h\x1b[H\x1b[2J${spin} model text: ❯ 1. Yes\r\n\r\n${body}\x1b[?2026l`);
}

function ask() {
  if (dialog) return;
  const known = random() < 0.6;
  dialog = known ? 'Do you want to proceed?\r\n❯ 1. Yes\r\n  2. No' : 'Which theme?\r\n❯ 1. Dark\r\n  2. Light';
  isSeen = false;
  draw();
  process.stdout.write('\x1b[6n');
  setTimeout(
    () => {
      dialog = '';
      draw();
    },
    200 + random() * 600,
  );
}

function enter() {
  if (dialog && isSeen) return note({ answered: true });
  if (Date.now() - pastedAt < debounce) {
    draft += '\n';
    return;
  }
  if (draft.trim() === '') return;
  note({ sent: draft.trim() });
  draft = '';
  isBusy = true;
  if (seed > 0 && random() < 0.3) ask();
  setTimeout(() => {
    isBusy = false;
  }, random() * 300);
}

let held = '';
process.stdin.setRawMode(true);
process.stdin.on('data', (bytes) => {
  held += bytes;
  for (;;) {
    const end = held.startsWith('\x1b[200~') ? held.indexOf('\x1b[201~') : -1;
    const answer = /^\x1b\[\d+;\d+R/.exec(held)?.[0];
    if (end >= 0) {
      draft += held.slice(6, end);
      pastedAt = Date.now();
      held = held.slice(end + 6);
    } else if (answer) {
      isSeen = true;
      held = held.slice(answer.length);
    } else if (held === '' || held.startsWith('\x1b')) return;
    else {
      const key = held[0];
      held = held.slice(1);
      if (key === '\r') enter();
      else if (key === '\x15') draft = '';
      else draft += key;
    }
  }
});
process.stdout.write('\x1b[?2004h\x1b[?25l');
setInterval(draw, 80);
if (seed > 0) {
  const next = () => {
    setTimeout(
      () => {
        ask();
        next();
      },
      600 + random() * 1500,
    );
  };
  next();
}
draw();
