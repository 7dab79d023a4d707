import type { Preset } from '#core/preset';
import type { Rendered } from '#world/pty/screen/rows';
import { isBusy } from './scenes.ts';
import type { Stage } from './stage.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Pastes a text and presses Enter, again while the text stands in the input: on a loaded machine an Enter that comes too early is lost. A program that begins to
 * work has taken it, whatever stands there: what was typed just as a turn ended may be shown by Claude Code as a draft, too.
 */
export async function submit(stage: Stage, preset: Preset, text: string): Promise<void> {
  const { submit: timing, screen } = preset;
  const mark = screen.draft.mark ?? '';
  const works = isBusy(preset);
  const wasAtWork = works(stage.screen());
  const stands = (shown: Rendered): boolean =>
    shown.text
      .split('\n')
      .findLast((row) => row.startsWith(mark))
      ?.includes(text) === true;
  const isTaken = (shown: Rendered): boolean => !stands(shown) || (!wasAtWork && works(shown));
  await stage.paste(text);
  await stage.until(stands, timing.verify_ms);
  for (let left = 1 + timing.more_enters; left > 0; left--) {
    await pause(timing.enter_after_ms);
    await stage.write('\r');
    if (await stage.until(isTaken, timing.verify_ms)) return;
  }
}
