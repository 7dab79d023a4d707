import { cleanChange } from '#core/redact/clean-change';
import { redact } from '#core/redact/redact';
import { isRefusal } from '#core/refusals';
import type { Desk } from './desk.ts';

/** A desk that writes down no secret: neither of these values nor what has the form of a key. */
export function cleanDesk(desk: Desk, secrets: readonly string[]): Desk {
  const clean = (text: string) => redact(text, secrets);
  return {
    ...desk,
    change: (decide, first) =>
      desk.change(async (reading) => {
        const decided = await decide(reading);
        return isRefusal(decided) ? decided : cleanChange(decided, clean);
      }, first),
  };
}
