import type { Preset } from '#core/preset';
import type { Stage } from './stage.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Pastes a text and presses Enter, again while the text stands in the input: on a loaded machine an Enter that comes too early is lost. */
export async function submit(stage: Stage, { submit, screen }: Preset, text: string): Promise<void> {
  const mark = screen.draft.mark ?? '';
  const isTaken = (shown: { text: string }) =>
    !shown.text
      .split('\n')
      .findLast((row) => row.startsWith(mark))
      ?.includes(text);
  await stage.paste(text);
  await stage.until((shown) => !isTaken(shown), submit.verify_ms);
  for (let left = 1 + submit.more_enters; left > 0; left--) {
    await pause(submit.enter_after_ms);
    await stage.write('\r');
    if (await stage.until(isTaken, submit.verify_ms)) return;
  }
}
