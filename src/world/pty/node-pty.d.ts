/**
 * The part of node-pty that gt uses: its native binding, which the package exports without types. Our own declaration stands in for the package's,
 * which names another module under the alias. A contract test holds it to the installed version.
 */
declare module 'node-pty' {
  export const native: {
    /** `file` and `args` as execvp takes them; `env` as `NAME=value`; uid and gid -1 keep ours; `launcher` is '' on Linux. */
    fork(
      file: string,
      args: readonly string[],
      env: readonly string[],
      cwd: string,
      cols: number,
      rows: number,
      uid: number,
      gid: number,
      utf8: boolean,
      launcher: string,
      onExit: (code: number, signal: number) => void,
    ): { readonly fd: number; readonly pid: number; readonly pty: string };
    resize(fd: number, cols: number, rows: number, pixelWidth: number, pixelHeight: number): void;
  };
}
