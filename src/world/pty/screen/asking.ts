/** Whether a stream holds a question to the terminal, told cheaply: for streams that nobody parses. */

/** Reports of state (n, c, $p, $q, ?u, t, XTVERSION), of settings (DCS $q, +q) and of colours (OSC …;?). */
const QUESTION = /\x1b(?:\[[?>=]?[0-9;]*(?:[cn]|\$p)|\[\?u|\[>[0-9]*q|\[(?:1[1-9]|2[01])[0-9;]*t|P[+$]q|\][0-9;]*;\?)/;
/** Longest beginning of a question that may lie in the chunk before, in bytes. */
export const LONGEST = 32;

/** Follows one stream. */
export class Asking {
  #before = '';

  /** Whether a question ends in this chunk, or is one with the end of the chunk before. */
  isIn(chunk: Buffer): boolean {
    const text = this.#before + chunk.toString('latin1');
    this.#before = text.slice(-LONGEST);
    // the end of a question is not asked again
    const isAsked = QUESTION.test(text);
    if (isAsked) this.#before = '';
    return isAsked;
  }
}
